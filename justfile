# One door for people. Each recipe is one plain command, so nothing needs `just`.

# list the recipes
default:
    @just --list

# all tests, with the services they need
test *arguments:
    scripts/test {{ arguments }}

# lints, as CI runs them
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# format the code
fmt:
    cargo fmt --all

# everything that must pass before a change lands
ci:
    .ci/run

# start the gateway with the example configuration
run *arguments:
    cargo run --release --locked -- --config examples/quickstart.yaml {{ arguments }}

# measure, and write the numbers into docs/benchmarks.md
bench: dist
    python3 bins/tianji-bench/compare.py --write

# compare with the recorded behaviour of the reference proxy
conformance *filters:
    scripts/conformance {{ filters }}

# build the gateway as it is shipped, at target/optimised/tianji
dist:
    scripts/dist
