package main

import "slices"

// guard is a line that keeps a promise, and the code without it.
type guard struct {
	name    string
	file    string
	old     string
	without string
	tests   []string // go test's arguments
}

// guards are all, in the order in which an event meets them.
var guards = slices.Concat(edge, thin, fanout, attempt, changes, ledger, table, replies, effects, fetched, sweeps, volume, listed, lists, operated, restored, rebuilt, erased, granted, unsigned, supply, onMachine, printing, triggered, timelined, decided, tokens, interrupted, listened, connecting, replayedAgain, reloaded, shown, reported, alarmed, demanded, wired)

// simulated are the schedules of the simulation.
func simulated() []string { return named("InEverySchedule", "internal/simtest") }

// inMemory are the tests that every implementation of the ports passes, run on
// the one in memory.
func inMemory(group string) []string {
	return named("TestStoreKeepsThePortsPromises/^"+group, "internal/memory")
}

// kept are the same tests on DynamoDB's engine.
func kept(group string) []string {
	return named("TestTablesKeepThePortsPromises/^"+group, "infra/local/engine")
}

// rowTest is a test of the engine under every action, most of them named for a
// row of what must happen.
func rowTest(test string) []string { return named(test, "internal/delivery") }

func named(test, pkg string) []string { return []string{"-run", test, "./" + pkg} }
