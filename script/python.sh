# Sourced by the commands beside it. Sets $root and $python, makes QAPORTAL_DATA absolute and goes to the root.
root=$(cd "$(dirname "$0")/.." && pwd)
case "${QAPORTAL_DATA:-}" in
    "" | /* | "~"*) ;;
    *) QAPORTAL_DATA="$PWD/$QAPORTAL_DATA"; export QAPORTAL_DATA ;;
esac
cd "$root"

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=
for candidate in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11 python; do
    if recent "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "QA Portal needs Python 3.11 or newer; none was found on this machine." >&2
    exit 78
fi
