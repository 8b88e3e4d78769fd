#!/bin/sh
# Installs the frozen agent that stands beside this script, as root: install.sh URL [TOKEN_FILE]
# Used as the postinstall script of a package (Jamf, Munki), or by hand. An existing configuration is kept.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
url=${1:-}
token_file=${2:-}
support="/Library/Application Support/Homeroom"

[ "$(id -u)" = 0 ] || { echo "run this with sudo" >&2; exit 1; }
launchctl bootout system/org.homeroom.agent 2>/dev/null || true
mkdir -p /Library/Homeroom /Library/Logs/Homeroom "$support"
chmod 700 "$support"
if [ -d "$here/homeroom-agent" ]; then
    rm -rf /Library/Homeroom/agent
    cp -R "$here/homeroom-agent" /Library/Homeroom/agent
fi
chown -R root:wheel /Library/Homeroom
if [ ! -f "$support/agent.toml" ] && [ -n "$url" ]; then
    umask 077
    printf '[collector]\nurl = "%s"\ntoken_file = "%s/token"\n' "$url" "$support" >"$support/agent.toml"
fi
if [ -n "$token_file" ]; then
    umask 077
    cp "$token_file" "$support/token"
fi
cp "$here/org.homeroom.agent.plist" /Library/LaunchDaemons/
chown root:wheel /Library/LaunchDaemons/org.homeroom.agent.plist
chmod 644 /Library/LaunchDaemons/org.homeroom.agent.plist
printf '/Library/Logs/Homeroom/agent.log 644 3 1024 * J\n' >/etc/newsyslog.d/homeroom.conf
launchctl bootstrap system /Library/LaunchDaemons/org.homeroom.agent.plist
