if [ -n "$UPSTART_SESSION" ]; then
  alias shop='cd /srv/shop'
fi
