# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Mutation testing of mls: what a test suite lets pass when the program is changed in one small place.

places       where in a module something can be changed
changes      what is put there instead
signatures   which neighbouring arguments have the same type
mutant       one change, its name, and the module with it
coverage     which test runs which line
watch        runs every test once to see that, and keeps it for the next time
order        which tests are asked first
swapping     a change put into a running process
importing    a change put into a module while it is imported
hunt         tries every mutant in a forked process
apart        starts an interpreter of its own for a mutant
once         that interpreter
known        the survivors that are listed with a reason
results      what was found so far
"""
