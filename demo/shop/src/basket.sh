# Prices are in cents.

price() { sed -n "s/^$1;.*;\([0-9]*\)$/\1/p" src/catalogue.txt; }

# total SKU...
total() {
  sum=0
  for sku; do
    sum=$((sum + $(price "$sku")))
  done
  echo "$sum"
}

# Ten per cent off, from 100.00 on.
discounted() {
  if [ "$1" -ge 10000 ]; then
    echo $(($1 * 90 / 100))
  else
    echo "$1"
  fi
}

# Rounded half up.
with_vat() { echo $((($1 * 119 + 50) / 100)); }

money() { printf '%d.%02d\n' $(($1 / 100)) $(($1 % 100)); }
