check 'water freezes at 32 F' "$(fahrenheit 0)" 32
check 'water boils at 212 F' "$(fahrenheit 100)" 212
check 'both scales meet at -40' "$(fahrenheit -40)" -40
check 'zero is freezing' "$(word 0)" freezing
check 'twenty is warm' "$(word 20)" warm
