#!/usr/bin/python3
"""Opens a sealed clip of Lapel without Lapel.

    unseal.py EVIDENCE_KEY WRAPPED_KEY CLIP_ID SEALED_FILE CLEAR_FILE [--incomplete]
    unseal.py --self-test

EVIDENCE_KEY  the agency's private key, PKCS#8 PEM (its passphrase, if any, in LAPEL_KEY_PASSPHRASE)
WRAPPED_KEY   the file that holds the clip's wrapped key: 113 bytes, or the same as base64url text
CLIP_ID       the clip's id as the manifest states it, a lower-case UUID
--incomplete  the manifest says "complete": false: power was cut, whole segments are all there is

Written from sealed-clip.md and wrapped-key.md alone, with Debian's python3-cryptography and nothing of Lapel's own code: it is the
proof that the format is open. It prints the SHA-256 digests of both files, to be compared with the signed manifest, and exits with 1
and one sentence when anything is not as it was sealed. What it has written by then is authentic, but not all.
"""
import base64
import hashlib
import hmac
import os
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

SEGMENT = 16 * 1024
TAG = 16
PREFIX = 7


class Refused(Exception):
    pass


# --- wrapped-key.md: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM ---

KEM = b"KEM" + (0x0010).to_bytes(2, "big")
SUITE = b"HPKE" + b"".join(i.to_bytes(2, "big") for i in (0x0010, 0x0001, 0x0002))


def labeled_extract(suite, salt, label, ikm):
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def labeled_expand(suite, prk, label, info, length):
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, labeled).derive(prk)


def hpke_open(private_key, enc, info, aad, ciphertext):
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
    recipient = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    dh = private_key.exchange(ec.ECDH(), sender)
    shared = labeled_expand(KEM, labeled_extract(KEM, b"", b"eae_prk", dh), b"shared_secret", enc + recipient, 32)
    context = (
        b"\x00"
        + labeled_extract(SUITE, b"", b"psk_id_hash", b"")
        + labeled_extract(SUITE, b"", b"info_hash", info)
    )
    secret = labeled_extract(SUITE, shared, b"secret", b"")
    key = labeled_expand(SUITE, secret, b"key", context, 32)
    nonce = labeled_expand(SUITE, secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, aad)


def unwrap(private_key, wrapped, clip):
    if len(wrapped) != 113:
        raise Refused(f"A wrapped key has 113 bytes, not {len(wrapped)}.")
    try:
        return hpke_open(private_key, wrapped[:65], b"lapel content key v1", clip, wrapped[65:])
    except (InvalidTag, ValueError):
        raise Refused("The wrapped key was not made for this evidence key and this clip.")


# --- sealed-clip.md: Tink's AES-GCM-HKDF streaming ---


def unseal(key, associated, read, length, complete, hash=hashes.SHA256(), key_size=32, segment=SEGMENT):
    """Yields the clear bytes of each segment. read(n) gives the next n bytes of the sealed file, which is length bytes long."""
    header_size = 1 + key_size + PREFIX
    count = -(-length // segment) if complete else length // segment
    if count == 0 and not complete:
        return
    header = read(header_size)
    if len(header) < header_size or header[0] != header_size:
        raise Refused("The file does not begin as a sealed clip.")
    salt, prefix = header[1 : 1 + key_size], header[1 + key_size :]
    aes = AESGCM(HKDF(hash, key_size, salt, associated).derive(key))
    for i in range(count):
        sealed = read(segment - (header_size if i == 0 else 0))
        last = complete and i == count - 1
        try:
            if len(sealed) < TAG:
                raise InvalidTag
            yield aes.decrypt(prefix + i.to_bytes(4, "big") + bytes([last]), sealed, None)
        except InvalidTag:
            raise Refused(f"The seal is broken at segment {i}.")


# --- the command ---


def read_wrapped(path):
    with open(path, "rb") as file:
        data = file.read(1024)
    if len(data) == 113:
        return data
    try:
        return base64.urlsafe_b64decode(data.strip() + b"=" * (-len(data.strip()) % 4))
    except ValueError:
        raise Refused("The wrapped key is neither 113 bytes nor base64url.")


def main(arguments):
    complete = "--incomplete" not in arguments
    paths = [a for a in arguments if a != "--incomplete"]
    if len(paths) != 5:
        raise Refused(__doc__)
    key_path, wrapped_path, clip, sealed_path, clear_path = paths
    passphrase = os.environ.get("LAPEL_KEY_PASSPHRASE")
    with open(key_path, "rb") as file:
        pem = file.read()
    try:
        private_key = load_pem_private_key(pem, passphrase.encode() if b"ENCRYPTED" in pem and passphrase else None)
    except (TypeError, ValueError):
        raise Refused("The evidence key does not open: is LAPEL_KEY_PASSPHRASE its passphrase?")
    associated = clip.encode("ascii")
    content_key = unwrap(private_key, read_wrapped(wrapped_path), associated)

    sealed_digest, clear_digest = hashlib.sha256(), hashlib.sha256()
    with open(sealed_path, "rb") as sealed, open(clear_path, "wb") as clear:

        def read(n):
            data = sealed.read(n)
            sealed_digest.update(data)
            return data

        for part in unseal(content_key, associated, read, os.path.getsize(sealed_path), complete):
            clear_digest.update(part)
            clear.write(part)
        read(-1)  # a torn segment after a power cut belongs to the digest
    print(f"sealed sha256:{sealed_digest.hexdigest()}")
    print(f"clear  sha256:{clear_digest.hexdigest()}")


def self_test():
    """Published vectors through the same two functions: Tink's own for the streaming, RFC 9180's set for HPKE."""
    import io

    tink = [  # (hash, key, derived key size, segment size, associated data, clear, sealed): tink-java's AesGcmHkdfStreamingTestUtil
        (hashes.SHA1(), "6eb56cdc726dfbe5d57f2fcdc6e9345b", 16, 64, b"aad",
         b"This is a fairly long plaintext. It is of the exact length to create three output blocks. ",
         "1893b3af5e14ab378d065addfc8484da642c0862877baea8"
         "db92d9c77406a406168478821c4298eab3e6d531277f4c1a051714faebcaefcbca7b7be05e9445ea"
         "a0bb2904153398a25084dd80ae0edcd1c3079fcea2cd3770630ee36f7539207b"
         "8ec9d754956d486b71cdf989f0ed6fba6779b63558be0a66e668df14e1603cd2"
         "af8944844078345286d0b292e772e7190775c51a0f83e40c0b75821027e7e538e111"),
        (hashes.SHA256(), "6eb56cdc726dfbe5d57f2fcdc6e9345b", 16, 64, b"", b"",
         "18be78bce0cab6fd38a9041eea8ab0ffc4cf17e3c00b661d3927f5f79069f41a210fedc40b25648c"),
        (hashes.SHA1(), "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b", 32, 64, b"", b"",
         "28fae780c70a82d1256c8303a1261ac6a98cf557b4e173967a62f3c149517ba5"
         "b2431da93b3c6e90f508b34dc14bfda59bab05681c6ad3fa"),
        (hashes.SHA1(), "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b", 32, 120, b"\x00\x01\x02\x03",
         b"BLOCK 1.BLOCK 2.BLOCK 3.BLOCK 4.BLOCK 5.BLOCK 6.BLOCK 7.BLOCK 8.",
         "28782994617714a80fa085e15051a16854522330d6d0f26c049b2192f09cdd98b2eb90c753bfff277a29e54fa4afb15d648c28477eb07f012535c767"
         "f5fdce24ffffae318480c1d37357d6d3c511159318afa09ef38aa3f5456fd7817c5c02dd6e1a7fef174c8bd24e38b5982ac105497c0101ac5581fe5b"),
    ]
    for hash, key, key_size, segment, associated, clear, sealed in tink:
        data = bytes.fromhex(sealed)
        parts = unseal(bytes.fromhex(key), associated, io.BytesIO(data).read, len(data), True, hash, key_size, segment)
        assert b"".join(parts) == clear
    private_key = ec.derive_private_key(
        0x317F915DB7BC629C48FE765587897E01E282D3E8445F79F27F65D031A88082B2, ec.SECP256R1()
    )
    enc = bytes.fromhex(
        "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e"
        "0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0"
    )
    ciphertext = bytes.fromhex("58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f")
    opened = hpke_open(private_key, enc, b"Ode on a Grecian Urn", b"Count-0", ciphertext)
    assert opened == b"Beauty is truth, truth beauty"
    print("5 published vectors agree")


if __name__ == "__main__":
    try:
        self_test() if sys.argv[1:] == ["--self-test"] else main(sys.argv[1:])
    except (Refused, OSError) as why:
        sys.exit(str(why))
