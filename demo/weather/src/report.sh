# Temperatures in degrees Celsius, wind in km/h.

fahrenheit() { echo $(($1 * 9 / 5 + 32)); }

word() {
  if [ "$1" -le 0 ]; then
    echo freezing
  elif [ "$1" -lt 10 ]; then
    echo cold
  elif [ "$1" -lt 20 ]; then
    echo mild
  else
    echo warm
  fi
}

report() {
  printf '\033[1m%-12s %5s %5s  %s\033[0m\n' City C F Word
  while IFS=, read -r city celsius wind; do
    sleep 0.3
    printf '%-12s %5d %5d  %s\n' "$city" "$celsius" "$(fahrenheit "$celsius")" "$(word "$celsius")"
  done <src/readings.csv
}
