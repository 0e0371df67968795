// Command check reads template.yaml, the templates nested in it, infra/data.yaml and the
// functions' code, and refuses what `sam validate --lint` and cfn-lint let through: references across nested
// stacks, cycles, rights wider than needed, queues without dead letters or
// alarm, and folders without a block. It also refuses workflows, lock files and
// modules that bring in code without naming it by its checksum.
//
//	go run ./infra/check [directory]
//
// With figures it measures the layout of a checkout instead: packages, files,
// lines and imports.
//
//	go run ./infra/check figures [--json] [directory]
//
// With without it copies the tracked files to a temporary folder, removes the
// sample shop there, builds, validates and tests the copy, and runs the demo. An
// action's name removes only its function, its blocks in template.yaml with the
// parameters that only they use, and the packages below internal/shop that nothing
// else imports; its tables stay, and the tests of infra/payhooks do not run.
//
//	go run ./infra/check without [action]
package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	var err error
	switch dir {
	case "figures":
		err = printFigures(context.Background(), os.Stdout, os.Args[2:])
	case "without":
		err = without(os.Stdout, os.Args[2:])
	default:
		err = checkTemplate(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// checkTemplate checks a folder's template.yaml and prints every problem.
func checkTemplate(dir string) error {
	problems, err := check(os.DirFS(dir), "template.yaml")
	if err != nil {
		return err
	}
	unused, err := checkUses(context.Background(), dir)
	if err != nil {
		return err
	}
	problems = append(problems, unused...)
	unpinned, err := checkSupply(os.DirFS(dir))
	if err != nil {
		return err
	}
	problems = append(problems, unpinned...)
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems", len(problems)) //nolint:err113 // read by people
	}
	_, err = fmt.Println("template.yaml and what it nests: references, rights, queues and alarms are in order; all code from elsewhere is pinned")
	return err
}

// reporter takes one problem: where, what, and what it should be.
type reporter func(format string, args ...any)

// check returns a sentence for each problem, in a stable order.
func check(files fs.FS, file string) ([]string, error) {
	root, err := load(files, file)
	if err != nil {
		return nil, err
	}
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for s := range root.all() {
		checkReferences(s, report)
		checkNested(s, report)
		checkCycles(s, report)
		checkFilters(s, report)
	}
	for _, c := range []func(*stack, reporter){
		checkFunctions, checkRoles, checkPolicies, checkLedger, checkTables, checkServices, checkQueues, checkQueueNames, checkDeadLetters,
		checkRules, checkBuses, checkStores, checkNames, checkImports, checkLogs, checkAlarms, checkPatterns, checkAccessLogs, checkTypes,
	} {
		c(root, report)
	}
	if err := checkIndexes(files, root, report); err != nil {
		return nil, err
	}
	return problems, checkFolders(files, root, report)
}
