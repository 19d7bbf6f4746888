# What is built for the tests, by packages and features: to be sourced. Whatever builds for tests asks for the
# same, so that nothing is built twice.
export TESTS_OF_WORKSPACE='--workspace --features verifork/num-bigint'
