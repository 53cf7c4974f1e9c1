#!/usr/bin/env bash
# Sourced by the other scripts: installs what they need and says what it installs.
#
#   prepare_python [EXTRA]     .venv with multipath and, with EXTRA, its development tools
#   prepare_packages PACKAGE…  Debian packages that are missing
#   need_lab                   stops where no lab can run, and says what can be done without it

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

on_debian_12() { [ -r /etc/os-release ] && ( . /etc/os-release; [ "${ID:-}${VERSION_ID:-}" = debian12 ] ); }

need_lab() {
  local missing=()
  on_debian_12 || missing+=("Debian 12 (its packages hold the real Zabbix)")
  [ "$(id -u)" = 0 ] || missing+=("root (hosts are network namespaces)")
  [ -c /dev/net/tun ] || missing+=("/dev/net/tun (the emulated WAN)")
  [ ${#missing[@]} = 0 ] && return
  printf 'error: the lab needs %s\n' "${missing[@]}" >&2
  printf 'Without a lab: script/test --no-lab runs every test that needs none, script/check all\n' >&2
  printf 'static checks, and "pip install ." gives the command multipath for a Zabbix of your own.\n' >&2
  exit 1
}

prepare_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return
  on_debian_12 && [ "$(id -u)" = 0 ] || die "please install: ${missing[*]}"
  say "installing Debian packages: ${missing[*]}"
  apt-get update -qq
  # A new machine may be busy with its own upgrades.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
}

prepare_python() {
  local python=${PYTHON:-python3} extra=${1:+[$1]} stamp prepared
  command -v "$python" >/dev/null || prepare_packages python3
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "multipath needs Python 3.11 or newer"
  "$python" -c 'import ensurepip' 2>/dev/null || prepare_packages python3-venv
  stamp="$("$python" --version) $(cksum <pyproject.toml)"
  prepared=$(cat .venv/prepared 2>/dev/null || true)
  [ "$prepared" = "$stamp $extra" ] || [ "$prepared" = "$stamp [dev]" ] && return
  say "installing multipath$extra and the Python packages it needs into .venv"
  "$python" -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -e ".$extra"
  printf '%s' "$stamp $extra" >.venv/prepared
}
