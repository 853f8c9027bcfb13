# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented conversations of one new person with another: scripts as they are told of, and their harmless neighbours.

`>` begins what the person at the device says. All of it was written for this file; nobody said it.
"""

from __future__ import annotations

from typing import Final

from privity.client.strangers.pressure import Script

X, P, C, F, M, S, V = (
    Script.EXTORTION,
    Script.PICTURES,
    Script.CODE,
    Script.OFFICIAL,
    Script.PAYMENT,
    Script.SECRECY,
    Script.MOVING,
)

SCRIPTS: Final[dict[str, tuple[tuple[Script, tuple[str, ...]], ...]]] = {
    "en": (
        (
            X,
            (
                "hi there",
                ">hello",
                "I recorded our call. I will send the video to all your friends if you don't pay me $400",
            ),
        ),
        (X, ("I have all your followers", "pay me 300 euros, you have two hours")),
        (X, ("send me a nude", "now I'm going to post it to your whole school")),
        (X, ("I’ll share this with your family unless you buy gift cards",)),
        (P, ("you are pretty", "send me nudes", "let's move to snapchat for that")),
        (P, ("got any sexy pics?", "don't tell anyone", ">why")),
        (C, ("oops, I typed your number. Can you send me the 6-digit code?",)),
        (C, ("what's your verification code",)),
        (F, ("Hello, this is the security team of Privity", "your account will be suspended today")),
        (F, ("I work for your bank, fraud department", "verify your identity here https://pots.example")),
        (M, ("I'm stuck abroad", "buy me two Steam cards and read me the numbers")),
        (M, ("invest with me", "transfer 200 USDT right now")),
    ),
    "de": (
        (X, ("Ich schicke das Video an alle deine Freunde, wenn du nicht 300 Euro überweist",)),
        (X, ("ich habe deine Kontakte", "zahl mir 200 Euro, du hast 2 Stunden")),
        (P, ("schick mir mal nudes", "schreib mir auf Snapchat")),
        (P, ("hast du ein Nacktbild?", "das bleibt unter uns")),
        (C, ("schick mir bitte den Bestätigungscode",)),
        (F, ("Hier ist der Kundendienst der Bank", "dein Konto wurde gesperrt")),
        (M, ("kauf bitte Geschenkkarten für mich",)),
    ),
    "es": (
        (X, ("voy a mandar tus fotos a todos tus amigos si no me pagas",)),
        (X, ("tengo todos tus contactos", "envíame 200 euros, tienes dos horas")),
        (P, ("mándame una foto desnuda", "no se lo digas a tus padres")),
        (C, ("pásame el código que te llegó",)),
        (F, ("Somos el equipo de seguridad", "su cuenta está bloqueada")),
        (M, ("compra unas tarjetas regalo para mí",)),
    ),
    "fr": (
        (X, ("je vais envoyer la vidéo à toute ta famille si tu ne paies pas",)),
        (X, ("j'ai tous tes contacts", "envoie-moi 200 euros tout de suite")),
        (P, ("envoie-moi des photos intimes", "c'est notre petit secret")),
        (C, ("donne-moi le code de vérification",)),
        (F, ("ici le service client de la banque", "votre compte est bloqué")),
        (M, ("achète des cartes cadeaux pour moi",)),
    ),
    "pt": (
        (X, ("vou mandar suas fotos para todos os seus amigos se você não pagar",)),
        (X, ("tenho todos os seus contatos", "manda 200 reais, você tem duas horas")),
        (P, ("manda nudes", "me chama no telegram")),
        (C, ("me manda o código, passa o código de verificação",)),
        (F, ("aqui é o suporte do banco", "sua conta foi bloqueada")),
        (M, ("compra um vale presente para mim",)),
    ),
}

FOR_MINORS: Final[tuple[tuple[Script, tuple[str, ...]], ...]] = (
    (S, ("how old are you?", ">13", "our little secret")),
    (S, ("wie alt bist du", "sag es deinen Eltern nicht, sag das niemandem")),
    (S, ("cuántos años tienes", "no se lo cuentes a nadie")),
    (S, ("quel âge as-tu ?", "c'est entre nous")),
    (S, ("quantos anos você tem", "é o nosso segredo")),
    (P, ("send nudes",)),
    (V, ("hey, add me on snap",)),
    (V, ("lass uns auf Telegram schreiben",)),
)

HARMLESS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "en": (
        ("haha I'll tell all your friends that you like pineapple on pizza", ">don't you dare", "too late"),
        ("I'll send the photos of the party to your family tonight", ">thank you"),
        ("Your order is ready. Please pay 40 euros at the counter or by transfer within 14 days.",),
        ("you owe me 5 dollars for the pizza, send it when you can",),
        ("what's the code for the gate?", ">1204", "thanks"),
        ("use the discount code SUMMER for ten percent off",),
        ("I work at the bank on Main Street, and you?", ">a teacher"),
        ("did you get a gift card for her birthday?",),
        ("my account was hacked last year, such a mess",),
        ("I'll be there within two hours", ">ok", "traffic is bad, sorry"),
        ("don't tell your mum, the party is a surprise", ">of course"),
        ("if you don't like it we take another one",),
        ("pick me up right now please, the bus left",),
        ("your card came with the post today",),
        ("call me when you are home, dad",),
        ("who is the artist of the nude in the museum hall?",),
        ("one", "two", "three", "four", "five", "six", "seven"),
    ),
    "de": (
        ("Ich schicke deiner Mutter die Bilder vom Ausflug", ">lieb von dir"),
        ("Bitte 40 Euro bis Freitag überweisen, danke. Ihr Teeladen",),
        ("wie lautet der Code für das Tor?",),
        ("Ich arbeite bei der Bank im Dorf",),
        ("wenn du nicht kannst, treffen wir uns morgen",),
        ("komm sofort, es gibt Kuchen",),
        ("sag es deinen Eltern nicht, es ist ein Geschenk für sie",),
    ),
    "es": (
        ("voy a enviar las fotos de la fiesta a tu madre", ">gracias"),
        ("me debes 5 euros de la pizza, si no, mañana me invitas",),
        ("¿cuál es el código de la puerta?",),
        ("soy de Madrid, trabajo en un banco",),
    ),
    "fr": (
        ("je vais envoyer les photos de la fête à tes parents", ">merci"),
        ("tu me dois 5 euros pour la pizza",),
        ("quel est le code de la porte ?",),
        ("je travaille à la banque du village",),
    ),
    "pt": (
        ("vou mandar as fotos da festa para os seus pais", ">obrigada"),
        ("você me deve 5 reais da pizza",),
        ("qual é o código do portão?",),
        ("trabalho no banco da praça",),
    ),
}

FALSE_ALARMS: Final[tuple[tuple[Script, tuple[str, ...]], ...]] = (
    (M, ("can you buy gift cards for the raffle? the club pays you back",)),
    (X, ("I'm going to show your wife the boat", "if you don't mind")),
)
"""Harmless, and warned of all the same: what words alone cannot tell apart."""
MISSED: Final[tuple[tuple[str, ...], ...]] = (
    ("it would be a shame if they all saw it", "you know what to do"),
    ("invia i soldi o mando il video alla tua famiglia",),
)
"""Scripts that are not seen: said in a roundabout way, or in a language that is not in the file."""
