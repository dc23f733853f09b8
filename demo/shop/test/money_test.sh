it_shows_cents_with_two_digits() {
  expect "$(money 1205)" 12.05
}

it_shows_less_than_one_as_zero_point_something() {
  expect "$(money 7)" 0.07
}

it_knows_the_price_of_everything() {
  for sku in $(cut -d ';' -f 1 src/catalogue.txt); do
    [ "$(price "$sku")" -gt 0 ] || return 1
  done
}
