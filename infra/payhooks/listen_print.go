package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/stripecli"
)

// listenOutput prints for a person, or JSON.
type listenOutput struct{ cmd *cobra.Command }

// listenRun is one run of the CLI.
type listenRun struct {
	stripecli.Route

	Command []string `json:"command"`
}

// listenLine is a line that the CLI printed.
type listenLine struct {
	Form string `json:"form"`
	Text string `json:"text"`
}

// routes prints the runs of the CLI, whole as command lines.
func (o listenOutput) routes(stripe stripecli.CLI, routes []stripecli.Route, whole bool) error {
	for _, r := range routes {
		args, err := stripe.Arguments(r)
		if err != nil {
			return err
		}
		line := append([]string{stripe.Path}, args...)
		for i, word := range line {
			line[i] = stripecli.Shown(word)
		}
		text := shellWords(line)
		if !whole {
			text = cli.Count(len(r.Events), "event type", "event types") + " to " + r.To
		}
		if err := o.print(listenRun{r, line}, r.Form, text); err != nil {
			return err
		}
	}
	return nil
}

// line prints what the CLI printed.
func (o listenOutput) line(form, text string) {
	_ = o.print(listenLine{form, text}, form, text)
}

func (o listenOutput) print(v any, form, text string) error {
	if cli.WantsJSON(o.cmd) {
		return cli.PrintJSON(o.cmd.OutOrStdout(), v)
	}
	_, err := fmt.Fprintf(o.cmd.OutOrStdout(), "%-8s  %s\n", form, cli.Line(text))
	return err
}

func (o listenOutput) progress(format string, args ...any) {
	_, _ = fmt.Fprintf(o.cmd.ErrOrStderr(), format+"\n", args...)
}

// shellWords is a command line as a shell reads it.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune("-_=./:,@%+", r) && !isAlphanumeric(r) }) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
