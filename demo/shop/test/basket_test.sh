it_costs_nothing_when_it_is_empty() {
  expect "$(total)" 0
}

it_adds_up_what_is_in_it() {
  expect "$(total T-100 C-210 C-210)" 5990
}

it_gives_no_discount_below_a_hundred() {
  expect "$(discounted 9999)" 9999
}

it_gives_the_discount_from_exactly_a_hundred() {
  expect "$(discounted 10000)" 9000
}

it_rounds_the_tax_half_up() {
  expect "$(with_vat 50)" 60
}

it_taxes_what_is_left_after_the_discount() {
  expect "$(with_vat "$(discounted 20000)")" 21420
}
