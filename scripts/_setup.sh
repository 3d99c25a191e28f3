# Sourced by the other scripts: makes .venv from the lock file, once, and leaves $ROOT, $PY and $VOICEAGENT behind.
#
# Needs Python 3.11 or newer and nothing else. What was installed is remembered by a stamp of the files that decide it, so a
# second run costs a checksum. Talk goes to stderr.

set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="${VOICEAGENT_VENV:-$ROOT/.venv}"
PY="$VENV/bin/python"
# shellcheck disable=SC2034  # for the scripts that source this one
VOICEAGENT="$VENV/bin/voiceagent"
cd "$ROOT"

say() { printf '%s\n' "$*" >&2; }

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in ${VOICEAGENT_PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
    if suits "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  say "No Python 3.11 or newer was found."
  say "Install one (Debian and Ubuntu: apt-get install python3 python3-venv), or name it: VOICEAGENT_PYTHON=/path/to/python $0"
  return 1
}

# Debian splits venv from Python; everything else a demo or a test needs comes in wheels.
have_venv() {
  "$1" -c 'import venv, ensurepip' >/dev/null 2>&1 && return 0
  local package
  package="$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing the Debian package $package ..."
    apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends "$package" >&2
  else
    say "$1 cannot make virtual environments here. Install the Debian package first: sudo apt-get install $package"
    return 1
  fi
}

# Two stamps: the packages depend on the lock file, our own installation on pyproject.toml and on where the clone lies.
is_stamped() { [ -x "$PY" ] && [ -f "$VENV/.stamp-$1" ] && [ "$(cat "$VENV/.stamp-$1")" = "$2" ]; }

install_locked() {
  local lock own
  lock="$(cksum <requirements.lock)"
  own="$(cat pyproject.toml scripts/_setup.sh | cksum) $ROOT"
  if is_stamped lock "$lock" && is_stamped own "$own"; then
    return 0
  fi
  if ! { [ -x "$PY" ] && suits "$PY"; }; then
    local python
    python="$(find_python)"
    have_venv "$python"
    say "Making $VENV with $("$python" --version) ..."
    "$python" -m venv --clear "$VENV"
  fi
  if ! is_stamped lock "$lock"; then
    say "Installing the locked packages (about 300 MB once, with the embedded speech models) ..."
    "$PY" -m pip install --disable-pip-version-check --require-hashes --requirement requirements.lock --progress-bar on >&2 || {
      say "The packages could not be installed (see above). Run the script again to go on where it stopped."
      return 1
    }
    printf '%s' "$lock" >"$VENV/.stamp-lock"
  fi
  say "Installing voiceagent itself ..."
  "$PY" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable . >&2
  printf '%s' "$own" >"$VENV/.stamp-own"
  if ! "$PY" -c 'import ctypes.util as u, sys; sys.exit(not u.find_library("portaudio"))' 2>/dev/null; then
    say "Note: no PortAudio here, so no microphone or speaker; calls work without (Debian: sudo apt-get install libportaudio2)."
  fi
}

install_locked
