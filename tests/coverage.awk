# Sums up the lines of an lcov file by layer: see tests/coverage.sh.

function layer_of(file) {
    if (file ~ /(^|\/)(tests?|testing|hazards|model)(\.rs$|\/)/) return ""
    if (file ~ /^src\/(sys\/|simulator\/(vpi|vhpi|verilator)\/|plugin\.rs)/) return ""
    if (file ~ /^src\/(trigger|clock)\.rs/ || file ~ /^src\/dut\//) return "trigger, dut, clock"
    if (match(file, /^src\/[a-z]+\//)) return substr(file, 5, RLENGTH - 5)
    if (file ~ /^src\//) return "(top level)"
    if (match(file, /^(macros|protocol|runner)\/src\//)) return substr(file, 1, RLENGTH - 5)
    return ""
}

# Notes the lines of modules that only tests have: from `#[cfg(test)]` to the brace that closes them.
function find_tests(file,    text, number, inside) {
    split("", is_test)
    number = inside = 0
    while ((getline text < (root file)) > 0) {
        number++
        if (text ~ /^#\[cfg\((test|all\(test.*)\)\]/) inside = 1
        if (inside) is_test[number] = 1
        if (inside && (text ~ /^}/ || text ~ /^[a-z].*;$/)) inside = 0
    }
    close(root file)
}

BEGIN {
    count = split(asked, names, " ")
    for (i = 1; i <= count; i++) shown[names[i]] = 1
}

/^SF:/ {
    file = substr($0, 4)
    if (index(file, root) == 1) file = substr(file, length(root) + 1)
    layer = layer_of(file)
    if (layer != "") find_tests(file)
}

/^DA:/ && layer != "" {
    split(substr($0, 4), field, ",")
    line = field[1] + 0
    if (line in is_test) next
    lines[layer]++
    if (field[2] + 0 > 0) reached[layer]++
    else if (file in shown) print file ":" line
}

END {
    if (count) exit
    order = "value,time,task,sync,threads,simulator,scheduler,trigger; dut; clock,regression," \
        "(top level),macros,protocol,runner"
    layers = split(order, all, ",")
    printf "%-22s %8s %8s %8s\n", "layer", "lines", "reached", ""
    for (i = 1; i <= layers; i++) {
        layer = all[i]
        gsub(/;/, ",", layer)
        if (!lines[layer]) continue
        percent = 100 * reached[layer] / lines[layer]
        note = percent < floor ? "  below the floor of " floor " %" : ""
        printf "%-22s %8d %8d %6.1f %%%s\n", layer, lines[layer], reached[layer], percent, note
        if (percent < floor) failed = 1
        sum += lines[layer]
        sum_reached += reached[layer]
    }
    printf "%-22s %8d %8d %6.1f %%\n", "all", sum, sum_reached, 100 * sum_reached / sum
    exit failed
}
