#!/bin/sh
# Removes the agent and everything that it kept: program, configuration, key, reports, log.
set -eu
[ "$(id -u)" = 0 ] || { echo "run this with sudo" >&2; exit 1; }
for label in org.homeroom.agent org.homeroom.agent.once; do
    launchctl bootout "system/$label" 2>/dev/null || true
    rm -f "/Library/LaunchDaemons/$label.plist"
done
rm -rf /Library/Homeroom /Library/Logs/Homeroom "/Library/Application Support/Homeroom" /etc/newsyslog.d/homeroom.conf
rm -rf /var/run/homeroom-agent
pkgutil --forget org.homeroom.agent >/dev/null 2>&1 || true
