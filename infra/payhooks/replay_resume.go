package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// after leaves out what stands no later than the place.
func after(list []chosen, place string) ([]chosen, error) {
	at, err := parsePlace(place)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if e.compare(at) > 0 {
			return list[i:], nil
		}
	}
	return nil, nil
}

// stopped says how to resume. The command is the one that was given, with the
// times as they were when it began and where it stopped.
func (r *replay) stopped(done int, err error) error {
	args := append([]string{program(r.line[0])}, without(r.line[1:], "--since", "--until", "--resume")...)
	if len(r.ids) == 0 || r.since+r.until != "" {
		from, to, _ := r.times(r.now) // they were good when it began
		args = append(args, "--since", from.UTC().Format(time.RFC3339Nano), "--until", to.UTC().Format(time.RFC3339Nano))
	}
	if r.Resume != "" {
		args = append(args, "--resume", r.Resume)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	return fmt.Errorf("%w after %d of %d events; resume with: %s", err, done, r.Selected, strings.Join(args, " "))
}

// program is how the command was called. What go run built is gone afterwards.
func program(path string) string {
	if strings.Contains(path, "go-build") {
		return "go run ./infra/payhooks"
	}
	return quoted(path)
}

// without leaves out flags that take a value, and quotes the others as a shell
// takes them.
func without(args []string, flags ...string) (kept []string) {
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(args[i], "=")
		switch {
		case !slices.Contains(flags, name):
			kept = append(kept, quoted(args[i]))
		case !joined:
			i++
		}
	}
	return kept
}

// quoted is an argument as a shell takes it.
func quoted(arg string) string {
	if arg != "" && !strings.ContainsAny(arg, " \t\n*?'\"$&|;<>()\\`~#[]{}!") {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
