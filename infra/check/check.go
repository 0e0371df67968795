// Package check reads template.yaml, the templates nested in it, infra/data.yaml and the
// functions' code, and refuses what `sam validate --lint` and cfn-lint let through:
// references across nested stacks, cycles, rights wider than needed, queues without dead
// letters or alarm, blocks that do not fit their function, and folders without a block.
// It also refuses workflows, lock files and modules that bring in code without naming it
// by its checksum. Command check runs all of it, make run what concerns the stack.
package check

import (
	"context"
	"fmt"
	"io/fs"
	"os"
)

// All returns a sentence for each problem of the project in dir.
func All(ctx context.Context, dir string) ([]string, error) {
	problems, err := Stack(ctx, dir)
	if err != nil {
		return nil, err
	}
	unpinned, err := checkSupply(os.DirFS(dir))
	return append(problems, unpinned...), err
}

// Stack returns a sentence for each problem of the project's templates, and of the code of
// its functions where that does not fit them.
func Stack(ctx context.Context, dir string) ([]string, error) {
	problems, err := check(os.DirFS(dir), "template.yaml")
	if err != nil {
		return nil, err
	}
	misfits, err := checkUses(ctx, dir)
	return append(problems, misfits...), err
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
	}
	for _, c := range []func(*stack, reporter){
		checkFunctions, checkBlocks, checkRoles, checkPolicies, checkLedger, checkTables, checkServices, checkQueues, checkQueueNames, checkDeadLetters,
		checkRules, checkBuses, checkStores, checkNames, checkImports, checkLogs, checkAlarms, checkFilters, checkPatterns, checkLogLevels, checkAccessLogs, checkTypes,
	} {
		c(root, report)
	}
	if err := checkDemands(files, file, report); err != nil {
		return nil, err
	}
	if err := checkIndexes(files, root, report); err != nil {
		return nil, err
	}
	return problems, checkFolders(files, root, report)
}
