"""What is sealed to a key is opened by that key alone, and only for what it was sealed for."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.sealing import NotForThisKey, seal, unseal

INFO = b"cb1 test"


@pytest.mark.parametrize("seed", range(20))
def test_the_holder_of_the_key_opens_it(seed):
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % seed).digest())
    assert unseal(key, seal(key.public_key(), b"words", INFO), INFO) == b"words"


def test_nobody_else_opens_it_and_any_change_is_noticed():
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    sealed = seal(key.public_key(), b"words", INFO)
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    tries = [(other, sealed, INFO), (key, sealed, b"cb1 other"), (key, b"", INFO), (key, sealed[:-1], INFO)]
    for who, what, info in [*tries, *((key, each, INFO) for each in changed)]:
        with pytest.raises(NotForThisKey):
            unseal(who, what, info)
