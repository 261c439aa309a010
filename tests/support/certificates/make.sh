#!/usr/bin/env bash
# Makes the certificates of this folder anew: an authority and what it signed, for tests on 127.0.0.1 and nothing else.
# Whoever finds the keys can pretend to be 127.0.0.1 to someone who trusts this authority: nobody does but the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
touch index.txt index.txt.attr
cat >config <<'CONFIG'
[ca]
default_ca = mine
[mine]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONFIG

# make NAME FROM UNTIL EXTENSIONS [SIGNER]: NAME.pem, its key in front; signed by itself when no signer is named.
make() {
    local name=$1 from=$2 until=$3 extensions=$4 signer=${5:-$1}
    openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
    openssl req -new -key "$name.key" -subj "/CN=dragoman test $name" -out "$name.csr"
    printf '%s\n' "$extensions" | tr ';' '\n' >"$name.ext"
    local how=(-cert "$signer.crt")
    [ "$signer" = "$name" ] && how=(-selfsign)
    openssl ca -batch -notext -config config -in "$name.csr" -out "$name.crt" -keyfile "$signer.key" "${how[@]}" \
        -startdate "$from" -enddate "$until" -extfile "$name.ext" 2>/dev/null
    cat "$name.key" "$name.crt" >"$here/$name.pem"
}
leaf='basicConstraints=critical,CA:FALSE;extendedKeyUsage=serverAuth;subjectAltName='
make authority 20200101000000Z 21200101000000Z 'basicConstraints=critical,CA:TRUE;keyUsage=critical,keyCertSign'
make good 20200101000000Z 21200101000000Z "${leaf}IP:127.0.0.1,DNS:localhost" authority
make other_host 20200101000000Z 21200101000000Z "${leaf}DNS:other.invalid" authority
make expired 20200101000000Z 20210101000000Z "${leaf}IP:127.0.0.1" authority
make self_signed 20200101000000Z 21200101000000Z "${leaf}IP:127.0.0.1"
cp authority.crt "$here/authority.pem" # its key is not needed again
