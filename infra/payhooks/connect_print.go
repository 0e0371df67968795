package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// connected is what connect prints.
type connected struct {
	operator.ConnectResult
	Parameters []string `json:"parameters,omitempty"` // to deploy with
	Deploy     string   `json:"deploy,omitempty"`
	Fake       bool     `json:"fake_stripe,omitempty"` // what answered is fake Stripe
}

// forStack completes what to type next for a deployed stack.
func forStack(text string, t *cli.Target) string {
	if t.Local == nil && strings.HasPrefix(text, "payhooks connect ") && !strings.Contains(text, ";") {
		return text + " --stack " + t.Stack
	}
	return text
}

func printConnect(cmd *cobra.Command, r connected) error {
	out := cmd.OutOrStdout()
	if r.Types == nil {
		r.Types = []string{}
	}
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	if r.Endpoint != "" {
		cli.Field(out, 8, "endpoint", fmt.Sprintf("%s in %s mode, for %s", r.Endpoint, r.Mode, cli.Count(len(r.Types), "event type", "event types")))
	}
	for _, line := range r.lines() {
		cli.Field(out, 8, line[0], line[1])
	}
	switch {
	case len(r.Would) > 0:
		for _, step := range r.Would {
			cli.Field(out, 8, "would", step)
		}
		_, err := fmt.Fprintln(out, "\nnothing was changed; add --yes")
		return err
	case r.Changed:
		_, err := fmt.Fprintln(out, "\ndone; payhooks connect --check compares it again")
		return err
	case len(r.Differences) == 0:
		_, err := fmt.Fprintln(out, "\nno difference: nothing to change")
		return err
	}
	return nil
}

// lines are names with what there is to say.
func (r connected) lines() (all [][2]string) {
	add := func(name, text string) {
		if text != "" {
			all = append(all, [2]string{name, text})
		}
	}
	if r.Fake {
		add("stripe", "the local fake of its API: nothing is changed at Stripe; see STRIPE_API_KEY in the README")
	}
	add("URL", r.URL)
	if len(r.LeftOut) > 0 {
		add("left out", strings.Join(r.LeftOut, ", ")+": not sent in this style, or never answered by a function")
	}
	for _, d := range r.Differences {
		add("differs", d)
	}
	if r.Event != "" {
		add("event", r.Event+" "+r.Status)
	}
	add("deploy", strings.Join(r.Parameters, " "))
	add("next", r.Deploy)
	for _, n := range r.Next {
		add("next", n)
	}
	return all
}
