# SPDX-License-Identifier: MIT
"""Certificates for scripted-imap, made by the openssl command."""
import base64
import fcntl
import os
import subprocess
import sys

CA_CONF = """[ca]
default_ca = d
[d]
database = {dir}/index.txt
new_certs_dir = {dir}
rand_serial = yes
default_md = sha256
policy = p
unique_subject = no
copy_extensions = copy
[p]
commonName = supplied
"""


def openssl(*args):
    done = subprocess.run(["openssl", *args], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        sys.exit("scripted-imap: openssl %s: %s" % (args[0], done.stderr.decode(errors="replace")))
    return done.stdout


def make_key(path):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)


def make_ca(path, name):
    make_key(path + ".key")
    openssl("req", "-x509", "-key", path + ".key", "-subj", "/CN=" + name, "-days", "3650",
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign", "-out", path + ".pem")


def make_cert(folder, kind):
    """DIR/ca.pem is the CA a client should trust; the certificate is DIR/KIND.pem."""
    cert = os.path.join(folder, kind)
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several peers may share a folder
        if not os.path.exists(folder + "/ca.pem"):
            make_ca(folder + "/ca", "Test CA")
        if os.path.exists(cert + ".pem"):
            return cert
        signer = folder + "/ca"
        if kind == "foreign":
            signer = folder + "/foreign-ca"
            make_ca(signer, "Foreign CA")
        names = "DNS:other.example.org" if kind == "wrong-name" else "DNS:localhost,IP:127.0.0.1,IP:127.0.0.2"
        dates = {"expired": ("20200101000000Z", "20210101000000Z")}.get(
            kind, ("20200101000000Z", "20450101000000Z"))
        make_key(cert + ".key")
        with open(folder + "/ca.conf", "w") as conf:
            conf.write(CA_CONF.format(dir=folder))
        open(folder + "/index.txt", "a").close()
        openssl("req", "-new", "-key", cert + ".key", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=" + names, "-out", cert + ".csr")
        openssl("ca", "-batch", "-notext", "-config", folder + "/ca.conf", "-cert", signer + ".pem",
                "-keyfile", signer + ".key", "-in", cert + ".csr", "-out", cert + ".tmp",
                "-startdate", dates[0], "-enddate", dates[1])
        os.rename(cert + ".tmp", cert + ".pem")
    return cert


def pin_of(cert):
    public = openssl("x509", "-in", cert + ".pem", "-noout", "-pubkey")
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=public,
                         capture_output=True, check=True).stdout
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der,
                            capture_output=True, check=True).stdout
    return "sha256//" + base64.b64encode(digest).decode()
