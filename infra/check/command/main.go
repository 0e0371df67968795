// Command check refuses what is wrong with the project: see package check.
//
//	go run ./infra/check/command [directory]
//
// With figures it measures the layout of a checkout instead: packages, files,
// lines and imports.
//
//	go run ./infra/check/command figures [--json] [directory]
//
// With without it copies the tracked files to a temporary folder, removes the
// sample shop there, builds, validates and tests the copy, and runs the demo. An
// action's name removes only its function, its blocks in template.yaml with the
// parameters that only they use, and the packages below internal/shop that nothing
// else imports; its tables stay, and the tests of infra/payhooks do not run.
//
//	go run ./infra/check/command without [action]
//
// With cut it removes the shop from the checkout itself, which must have nothing
// uncommitted: for a fork with its own business, and for each release it takes.
//
//	go run ./infra/check/command cut
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/payhooks/payhooks/infra/check"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	var err error
	switch dir {
	case "figures":
		err = check.PrintFigures(context.Background(), os.Stdout, os.Args[2:])
	case "cut":
		err = check.Cut(context.Background(), ".")
	case "without":
		err = check.Without(os.Stdout, os.Args[2:])
	default:
		err = printProblems(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// printProblems checks a folder and prints every problem.
func printProblems(dir string) error {
	problems, err := check.All(context.Background(), dir)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems", len(problems)) //nolint:err113 // read by people
	}
	_, err = fmt.Println("template.yaml and what it nests: references, rights, queues and alarms are in order; all code from elsewhere is pinned")
	return err
}
