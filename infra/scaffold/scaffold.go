// Package scaffold adds an action to this project, and takes it out again: its folder,
// its test with samples, its blocks in template.yaml and its table in infra/data.yaml.
package scaffold

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// Action is an action to be added.
type Action struct {
	Name   string
	Types  []string // event types
	Effect Effect
	Table  string // state table, by its short name; empty for none
}

// Effect is what an action does besides state.
type Effect string

// The effects.
const (
	None Effect = "none"
	HTTP Effect = "http" // posts to an address
	Mail Effect = "mail" // sends a mail to the team
)

// Effects are all, for help and errors.
var Effects = []string{string(None), string(HTTP), string(Mail)}

// names of actions, as infra/action.yaml takes them, and of tables.
var (
	actionName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	tableName  = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)
)

const longestName = 40

// Pipeline are the functions of the pipeline: their queues and logs have these names.
var Pipeline = []string{"ingest", "ingest-eventbridge", "dispatch", "fetch", "reconcile"}

// ownTables are the pipeline's.
var ownTables = []string{"events", "deliveries", "quarantine", "cursors"}

// check refuses an action that could not be added to the project in dir.
func (a Action) check(dir string) error {
	var problems []error
	no := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	switch {
	case !actionName.MatchString(a.Name) || len(a.Name) > longestName:
		no("%q cannot be an action's name: lower-case words joined by hyphens, at most %d characters, for example notify-churn", a.Name, longestName)
	case slices.Contains(Pipeline, a.Name):
		no("%s is a function of the pipeline: choose another name", a.Name)
	case slices.Contains(operator.DeadLetterSources(), a.Name):
		no("%s: the stack has a queue %s-dead besides those of actions; choose another name", a.Name, a.Name)
	case strings.HasSuffix(a.Name, "-dead"):
		no("%s: its queue would be the dead letters of %s; choose another name", a.Name, strings.TrimSuffix(a.Name, "-dead"))
	case exists(filepath.Join(dir, "functions", a.Name)):
		no("functions/%s exists already: choose another name, or run payhooks remove %s first", a.Name, a.Name)
	}
	if len(a.Types) == 0 {
		no("name the event types with --events, for example --events customer.subscription.deleted")
	}
	for _, t := range a.Types {
		if problem := cli.WrongEventType(t); problem != "" {
			no("event type %q: %s", t, problem)
		}
	}
	if !slices.Contains(Effects, string(a.Effect)) {
		no("--effect %q: expected %s", a.Effect, strings.Join(Effects, ", "))
	}
	if a.Table != "" {
		switch {
		case !tableName.MatchString(a.Table):
			no("--state %q cannot be a table's name: lower-case letters, digits and hyphens", a.Table)
		case slices.Contains(ownTables, a.Table):
			no("--state %s is a table of the pipeline: an action's state has its own table", a.Table)
		}
	}
	return errors.Join(problems...)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
