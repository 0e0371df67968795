// Command notices writes THIRD_PARTY: the licences of the Go modules that are
// linked into the functions and into bin/payhooks on any system, and where the
// samples come from.
//
//	go run ./infra/notices
package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"
)

// origins is what is not a Go module.
//
//go:embed origins.txt
var origins string

const file = "THIRD_PARTY"

func main() {
	if err := write(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context) error {
	modules, err := linked(ctx, ".")
	if err != nil {
		return err
	}
	text, err := render(modules)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644) //nolint:gosec // read by everybody
}

const rule = "--------------------------------------------------------------------------------\n"

// render lists the modules, then each text once with the modules that it is of.
func render(modules []module) (string, error) {
	var out strings.Builder
	out.WriteString(origins)
	var order []string
	of := map[string][]string{}
	for _, m := range modules {
		fmt.Fprintf(&out, "* %s %s\n", m.Path, m.Version)
		texts, err := m.texts()
		if err != nil {
			return "", err
		}
		for _, t := range texts {
			if of[t] == nil {
				order = append(order, t)
			}
			of[t] = append(of[t], m.Path)
		}
	}
	for _, text := range order {
		out.WriteString("\n" + rule + "Of " + strings.Join(of[text], ",\n   ") + ":\n\n" + text)
	}
	return out.String(), nil
}
