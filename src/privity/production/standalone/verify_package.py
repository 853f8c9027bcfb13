# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Check a production package offline: python -I verify_package.py DIR --keys keys.json --tsa roots.pem"""

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

TYPES = ("application/vnd.in-toto+json", "https://in-toto.io/Statement/v1", "urn:privity:legal-production:v1")
DISCLOSURE, TIME = "participant_disclosure", "%Y-%m-%dT%H:%M:%SZ"
KINDS = ("production", "preservation_receipt", "refusal", DISCLOSURE)
RELEASABLE = {"subscriber", "session_ip", "account_state", "delivery_metadata", "content_profile", "content_reported"}
AFTERWARDS = ("approvals_sha256", "approved_at", "audit")  # members that nobody can have seen who approved
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAGS = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt")
PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9])?(?:/(?!$)|$)){1,8}")
MAX_FILES, MAX_DATA, MAX_OTHER = 20_000, 4 << 30, 32 << 20
HASHES: dict[str, tuple[str, hashes.HashAlgorithm, str]] = {  # by object identifier: its name, itself, ECDSA with it
    f"060960864801650304020{n}": (one.name, one, f"300a06082a8648ce3d04030{n + 1}")
    for n, one in enumerate((hashes.SHA256(), hashes.SHA384(), hashes.SHA512()), 1)
}
RSA, TST, STAMPING = "300d06092a864886f70d0101010500", "060b2a864886f70d0109100104", "1.3.6.1.5.5.7.3.8"
GRANTED = "300302010006092a864886f70d010702020103" + TST + "020101"  # status, type, version, content's type, version
CONTENT_TYPE, DIGEST, SIGNER = "06092a864886f70d010903", "06092a864886f70d010904", "060b2a864886f70d010910022f"


class Refused(Exception): ...  # one check does not hold, and why


X509 = (x509.ExtensionNotFound, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
BROKEN = (Refused, InvalidSignature, UnsupportedAlgorithm, VerificationError, *X509)
WRONG = (OSError, ValueError, LookupError, TypeError, AttributeError, NameError, RecursionError, OverflowError)


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """RFC 8785, for JSON whose names are ASCII and whose numbers are integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def parse(data: bytes) -> dict[str, Any]:
    value = json.loads(data, parse_float=str)
    need(isinstance(value, dict) and canonical(value) == data, "this is not one object in canonical JSON")
    return dict(value)


def b64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "this is not the one base64 of its bytes")
    return data


def walk(root: Path) -> dict[str, Path]:
    """Every file below, by its path: plain files with plain names, in folders that hold some."""
    found, seen, unread = dict[str, Path](), set[str](), 1
    for folder, folders, names in os.walk(root):
        unread += len(folders) - 1
        need(bool(folders or names), f"the folder {folder} is empty")
        for at in (Path(folder, name) for name in (*folders, *names)):
            path = at.relative_to(root).as_posix()
            need(PLAIN_PATH.fullmatch(path) is not None, f"the name {path} is refused")
            need(path.lower() not in seen, f"{path} is there twice where case does not count")
            seen.add(path.lower())
            need(len(seen) <= MAX_FILES, f"there are more than {MAX_FILES} files and folders")
            if at.is_symlink() or not at.is_dir():
                need(at.is_file() and not at.is_symlink(), f"{path} is no plain file")
                need(at.stat().st_size <= (MAX_DATA if path[:9] == "bag/data/" else MAX_OTHER), f"{path} is too large")
                found[path] = at
    need(unread == 0, "a folder cannot be read")
    return found


def body(element: bytes) -> bytes:
    return element[2 + (element[1] & 0x7F if element[1] > 0x7F else 0) :]


def parts(element: bytes, *tags: int, more: bool = False) -> list[bytes]:
    """The DER elements inside one, which begin with these tags; `more` may follow."""
    data, found = body(element), []
    while data:
        at, length = 2, data[1] if len(data) > 1 else 0x80
        if length > 0x7F:
            at += length & 0x7F
            length = int.from_bytes(data[2:at], "big")
            need(3 <= at <= 6 and length > 0x7F and data[2] > 0, "a length is not DER")
        need(len(data) >= at + length, "the token is cut off")
        found.append(data[: at + length])
        data = data[at + length :]
    need(bytes(one[0] for one in found[: len(tags)]) == bytes(tags) and (more or len(found) == len(tags)), "no token")
    return found


def stamped(response: bytes, data: bytes, roots: bytes) -> str:
    """The time that an authority below these roots states for the bytes (RFC 3161, with RFC 5816)."""
    status, token = parts(parts(b"\0\0" + response, 0x30)[0], 0x30, 0x30)
    kind, wrapped = parts(token, 6, 0xA0)
    version, digests, content, bundle, signers = parts(parts(wrapped, 0x30)[0], 2, 0x31, 0x30, 0xA0, 0x31)
    content_kind, octets = parts(content, 6, 0xA0)
    (info,) = parts(octets, 4)
    one, who, algorithm, attributes, scheme, signature = parts(parts(signers, 0x30)[0], 2, 0x30, 0x30, 0xA0, 0x30, 4)
    need((status + kind + version + content_kind + one).hex() == GRANTED, "this is no granted token")
    need(body(digests) == algorithm, "the token names two digests")
    digest, hashing, ecdsa = HASHES[body(algorithm).hex().removesuffix("0500")]
    values = [parts(one, 6, 0x31) for one in parts(attributes, more=True)]
    said = {oid.hex(): value for oid, value in values}
    need(len(said) == len(values) and body(said[CONTENT_TYPE]).hex() == TST, "its attributes are not those of a time")
    need(body(parts(said[DIGEST], 4)[0]) == hashlib.new(digest, body(info)).digest(), "its digest is of other contents")
    given = [x509.load_der_x509_certificate(one) for one in parts(bundle, more=True)]
    first, *rest = parts(parts(parts(parts(said[SIGNER], 0x30)[0], 0x30, more=True)[0], 0x30, more=True)[0], more=True)
    bound = body(rest[0] if first[0] == 0x30 else first)
    (own,) = [one for one in given if bound in [one.fingerprint(by) for _, by, _ in HASHES.values()]]
    issuer, number = parts(who, 0x30, 2)
    named = (issuer, int.from_bytes(body(number), "big")) == (own.issuer.public_bytes(), own.serial_number)
    is_rsa = isinstance(key := own.public_key(), rsa.RSAPublicKey)
    need(named and scheme.hex() == (RSA if is_rsa else ecdsa), "it is signed by another key, or in an unknown way")
    how = (padding.PKCS1v15(), hashing) if is_rsa else (ec.ECDSA(hashing),)
    key.verify(body(signature), b"\x31" + attributes[1:], *how)  # type: ignore[union-attr]  # RSA or EC
    _, _, imprint, _, at, *_ = parts(parts(info, 0x30)[0], 2, 6, 0x30, 2, 0x18, more=True)
    imprints = [hashlib.new(name, data).digest() for name, _, _ in HASHES.values()]
    need(body(parts(imprint, 0x30, 4)[1]) in imprints, "the token is of other bytes")
    text = re.sub(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d*[1-9])?Z", rb"\1-\2-\3T\4:\5:\6Z", body(at)).decode()
    above = ExtensionPolicy.webpki_defaults_ca().may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
    policy = PolicyBuilder().store(Store(x509.load_pem_x509_certificates(roots))).time(datetime.strptime(text, TIME))
    policy = policy.extension_policies(ca_policy=above, ee_policy=ExtensionPolicy.permit_all())
    chain = policy.build_client_verifier().verify(own, [one for one in given if one != own]).chain
    usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    need(usage.critical and [one.dotted_string for one in usage.value] == [STAMPING], "its key is for other things too")
    need(all(one in chain for one in given), "the token holds a certificate that it does not need")
    return text


def holds(key: dict[str, Any], signature: bytes, signed: bytes) -> None:
    public = load_der_public_key(b64(key["public_key"]))
    how = () if isinstance(public, ed25519.Ed25519PublicKey) else (ec.ECDSA(hashes.SHA256()),)
    public.verify(signature, signed, *how)  # type: ignore[union-attr]  # RSA or EC


@contextmanager
def check(lines: list[dict[str, str]], name: str) -> Any:
    """One line: what the check says, that there is nothing to check, or why it fails."""
    said: list[str] = []
    try:
        yield said
        status = "pass" if said else "absent"
    except (*BROKEN, *WRONG) as err:
        status, said = "fail", [str(err) if isinstance(err, Refused) else f"missing or broken ({type(err).__name__})"]
    lines.append({"check": name, "status": status, "detail": ascii(" ".join(said))[1:-1]})


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--json", action="store_true")
    for option in ("--keys", "--tsa", "--rulebook"):
        parser.add_argument(option, type=Path, required=option == "--keys")
    asked = parser.parse_args(argv)
    lines, may_lack, signers, kind = list[dict[str, str]](), ["rulebook"], ["legal_team", "service"], ""
    with check(lines, "files") as say:
        found = walk(asked.dir)
        attest = {path: at.read_bytes() for path, at in found.items() if not path.startswith("bag/")}
        say.append(f"{len(found)} plain files")
    with check(lines, "statement") as say:
        envelope = parse(dsse := attest["attest/production.dsse.json"])
        statement = parse(payload := b64(envelope["payload"]))
        it = statement["predicate"]
        need((envelope["payloadType"], statement["_type"], statement["predicateType"]) == TYPES, "its types are others")
        need(len(envelope) == 3 and len(statement) == 4 and it["kind"] in KINDS, "this is no statement of version 1")
        lists = ("requested", "released", "denied", "not_held", "preserved")
        requested, released, *rest = ({one["class"] for one in it[name]} for name in lists)
        need(released <= (RELEASABLE if it["kind"] == KINDS[0] else set()), "it releases a class that can never be")
        need(requested == released.union(*rest), "what was asked for and what was answered are different classes")
        beside = [f"attest/{name}" for name in it["attest"]] + ["letter.pdf"] * (it["kind"] != DISCLOSURE)
        need(sorted(attest) == beside, "attest holds other files than it names, or the letter is missing")
        before = {name: value for name, value in it.items() if name not in AFTERWARDS}
        manifest = hashlib.sha256(canonical({**statement, "predicate": before})).digest()
        if (kind := it["kind"]) == DISCLOSURE:
            may_lack, signers = ["rulebook", "time-stamp", "approvals", "log", "letter"], ["device"]
        say.append(f"{kind} {it['case']}, replaces {it['supersedes'] or 'nothing'}")
    with check(lines, "bag") as say:
        bag = sorted(path.removeprefix("bag/") for path in found if path.startswith("bag/"))
        data = [path for path in bag if path.startswith("data/")]
        sums: dict[str, dict[str, str]] = {"sha256": {}, "sha512": {}}
        for name, path in ((name, path) for name in sums for path in bag):
            with found[f"bag/{path}"].open("rb") as file:
                sums[name][path] = hashlib.file_digest(file, name).hexdigest()
        listed = [(one["name"], one["digest"]["sha256"]) for one in statement["subject"]]
        there = [(f"bag/{path}", digest) for path, digest in sums["sha256"].items()]
        need(listed == there, f"changed, added or missing: {sorted(dict({*listed} ^ {*there}))[:5]}")
        for name, digests in sums.items():
            for tag, paths in ((f"manifest-{name}.txt", data), (f"tagmanifest-{name}.txt", TAGS)):
                expected = "".join(f"{digests[path]}  {path}\n" for path in paths).encode()
                need(found[f"bag/{tag}"].read_bytes() == expected, f"{tag} lists other files")
        need(len(bag) == len(data) + 6 and found["bag/bagit.txt"].read_bytes() == BAGIT, "this is no bag")
        say.append(f"{len(data)} files of data, each with both digests and in the statement")
    with check(lines, "keys") as say:
        need(sha256(attest["attest/keys.json"]) == it["keys_sha256"], "keys.json is not the statement's")
        keys, trusted = parse(attest["attest/keys.json"])["keys"], parse(asked.keys.read_bytes())["keys"]
        need(all(key in trusted for key in keys), "keys.json names a key that you do not trust")
        say.append(f"all {len(keys)} are among those you trust")
    with check(lines, "time-stamp") as say:
        moment = it["collected_at"]
        if kind != DISCLOSURE or "attest/production.tsr" in attest:
            say.append(moment := stamped(attest["attest/production.tsr"], dsse, asked.tsa.read_bytes()))
            times = [x for x in (it["collected_at"], it["approved_at"]) if re.fullmatch("[0-9-]{10}T[0-9:]{8}Z", x)]
            need(len(times) == 2 and times[0] <= times[1] <= moment, "it was stamped before it was made, or at no time")
        keys = [key for key in keys if key["valid_from"] <= moment <= key["valid_until"]]
    with check(lines, "signatures") as say:
        for one in envelope["signatures"]:
            (key,) = [key for key in keys if key["use"] in signers and key["id"] == one["keyid"]]
            need(len(one) == 2 and key["id"] == sha256(b64(key["public_key"])), "a key is named by its SHA-256")
            holds(key, b64(one["sig"]), b"DSSEv1 28 %s %d %s" % (TYPES[0].encode(), len(payload), payload))
            say.append(key["use"])
        need(say == signers, f"it is to be signed once by each of {signers}, and was by {say}")
    with check(lines, "approvals") as say:
        if kind != DISCLOSURE:
            need(sha256(attest["attest/approvals.json"]) == it["approvals_sha256"], "they are not the statement's")
            used = set()
            for one in parse(attest["attest/approvals.json"])["approvals"]:
                (key,) = [key for key in keys if key["use"] == "passkey" and key["id"] == one["credential_id"]]
                about, client = b64(one["authenticator_data"]), b64(one["client_data"])
                said, challenge = json.loads(client), base64.urlsafe_b64encode(manifest).decode().rstrip("=")
                need((said["type"], said["challenge"]) == ("webauthn.get", challenge), "a passkey signed another thing")
                need((said["origin"], said.get("crossOrigin", False)) == (key["origin"], False), "another place asked")
                need(about[:32].hex() == sha256(key["rp_id"].encode()) and len(about) >= 37, "it is for another place")
                need(about[32] & 5 == 5, "a passkey did not verify its person")
                holds(key, b64(one["signature"]), about + hashlib.sha256(client).digest())
                used.add(key["public_key"])
                say.append(key["person"])
            need(len(set(say)) == len(used) == len(say) >= 2, "two people have to approve, each with an own passkey")
    with check(lines, "log") as say:
        if kind != DISCLOSURE:
            audit, note = it["audit"], attest["attest/checkpoint.txt"]
            ((text, notes),) = re.findall("^(.+\n.+\n.+)\n\n((?:\N{EM DASH} [^ \n]+ [^ \n]+\n)+)\\Z", note.decode())
            need(sha256(note) == audit["checkpoint_sha256"], "checkpoint.txt is not the statement's")
            need(text == f"{audit['log']}\n{audit['size']}\n{audit['root']}", "the checkpoint is of another tree")
            for key in [key for key in keys if key["use"] in ("log", "witness")]:
                use, stated = (b"\1", 0) if key["use"] == "log" else (b"\4", 8)  # bytes of time before a cosignature
                ident = hashlib.sha256(key["id"].encode() + b"\n" + use + b64(key["public_key"])[-32:]).digest()[:4]
                (blob,) = [b64(x.split(" ")[2]) for x in notes.split("\n") if x.split(" ")[1:2] == [key["id"]]]
                at = f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n" if stated else ""
                need(blob[:4] == ident, f"it is signed by another key than that of {key['id']}")
                holds(key, blob[4 + stated :], f"{at}{text}\n".encode())
                say.append(f"{key['use']} {key['id']}")
            need(f"log {audit['log']}" in say, "the checkpoint is not signed by the log")
            entry = parse(audit["entry"].encode())
            release = (entry["n"], entry["act"], entry["said"]["manifest_sha256"])
            need(release == (audit["index"], "production.released", manifest.hex()), "it is not this package's release")
            at, last, node = audit["index"], audit["size"] - 1, hashlib.sha256(b"\0" + audit["entry"].encode()).digest()
            need(0 <= at <= last, "the entry is outside the tree")
            for sibling in map(b64, audit["path"]):  # RFC 9162, section 2.1.3.2
                need(last > 0, "the path is too long")
                left = at & 1 or at == last
                node = hashlib.sha256(b"\1" + (sibling + node if left else node + sibling)).digest()
                while left and at and not at & 1:
                    at, last = at >> 1, last >> 1
                at, last = at >> 1, last >> 1
            need(last == 0 and node == b64(audit["root"]), "the path leads to another root")
    with check(lines, "letter") as say:
        if kind != DISCLOSURE:
            about = f"letter {sha256(dsse)} {sha256(attest['letter.pdf'])}".encode()
            (key,) = [key for key in keys if key["use"] == "service"]
            holds(key, attest["attest/letter.sig"], about)
            say.append("of this package, by the service")
    with check(lines, "rulebook") as say:
        if asked.rulebook and it["rulebook_sha256"]:
            need(sha256(asked.rulebook.read_bytes()) == it["rulebook_sha256"], "it was decided by another rulebook")
            say.append("it was decided by this one; what that decides is not replayed here")
    verified = all(one["status"] == "pass" or (one["status"] == "absent" and one["check"] in may_lack) for one in lines)
    text = "".join(f"{one['check']:<11}{one['status']:<7}{one['detail']}\n" for one in lines)
    report = json.dumps({"verified": verified, "kind": kind, "checks": lines})
    sys.stdout.write(report if asked.json else f"{text}{'' if verified else 'NOT '}verified\n")
    return 0 if verified else 1


if __name__ == "__main__":
    sys.exit(main())
