//go:build race

package simtest_test

// slow: one goroutine runs at a time here, so the race detector has little to
// find and takes many times as long.
const slow = true
