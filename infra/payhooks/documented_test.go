package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/check"
)

var documents = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "infra/RUNBOOK.md", "infra/COMPANY.md", "infra/COST.md", "infra/SCALE.md", "infra/BENCH.md"}

var (
	shellBlock  = regexp.MustCompile("(?s)```(?:sh)?\n(.*?)```")
	codeSpan    = regexp.MustCompile("`([^`\n]+)`")
	redirection = regexp.MustCompile(` [<>] \S+`)
	makeTarget  = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
)

// A command line of the documents: whole in a code block, in part within a sentence.
type documented struct {
	where, text string
	whole       bool
}

func commandLines(t *testing.T) (all []documented) {
	t.Helper()
	for _, name := range documents {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, m := range shellBlock.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(m[1]) {
				line, _, _ = strings.Cut(line, " #")
				for part := range strings.SplitSeq(line, "&&") {
					all = append(all, documented{name, strings.TrimSpace(part), true})
				}
			}
		}
		for _, m := range codeSpan.FindAllStringSubmatch(shellBlock.ReplaceAllString(text, ""), -1) {
			all = append(all, documented{name, m[1], false})
		}
	}
	return all
}

func TestCommandsOfTheDocumentsExist(t *testing.T) {
	needsShop(t) // they name its commands, too
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{"bin/payhooks": true, "bin/check": true}
	for _, m := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	checked := map[string]int{}
	for _, d := range commandLines(t) {
		words := split(d.text)
		for len(words) > 0 && strings.Contains(words[0], "=") {
			words = words[1:]
		}
		switch {
		case len(words) < 2 || words[1] == "…":
		case words[0] == "make":
			checked["make"]++
			for _, word := range words[1:] {
				if !strings.Contains(word, "=") && !targets[word] {
					t.Errorf("%s: %s: make has no target %s", d.where, d.text, word)
				}
			}
		case strings.TrimPrefix(words[0], "bin/") == "payhooks":
			checked["payhooks"]++
			if err := parses(words[1:], d.whole); err != nil {
				t.Errorf("%s: %s: %v", d.where, d.text, err)
			}
		}
	}
	if checked["make"] < 10 || checked["payhooks"] < 50 {
		t.Errorf("too few command lines were found: %v", checked)
	}
}

func TestCommandsOfTheAlarmsExist(t *testing.T) {
	parameters := map[string]string{"StripeEventSource": "aws.partner/stripe.com/ed_1", "SilenceHours": "6", "MailConfigurationSet": "shop", "KeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1"}
	alarms, err := check.Resources(os.DirFS("../.."), "AWS::CloudWatch::Alarm", "payhooks", parameters)
	if err != nil || len(alarms) < 20 {
		t.Fatalf("%d alarms, %v", len(alarms), err)
	}
	for _, a := range alarms {
		text, _ := a.Properties["AlarmDescription"].(string)
		words := split(check.Command(text))
		if len(words) < 2 || words[0] != "payhooks" {
			t.Errorf("%s ends with no command: %s", a.ID, text)
			continue
		}
		if err := parses(words[1:], true); err != nil {
			t.Errorf("%s: %v in %s", a.ID, err, text)
		}
	}
}

// parses checks a command line without running it; within a sentence arguments may be
// left out.
func parses(args []string, whole bool) error {
	cmd, rest, err := rootCommand().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil && (whole || !strings.HasPrefix(err.Error(), "flag needs an argument")) {
		return err
	}
	given := cmd.Flags().Args()
	if cmd.HasSubCommands() && len(given) > 0 {
		return cobra.NoArgs(cmd, given)
	}
	if !whole && len(given) == 0 {
		return nil
	}
	return cmd.ValidateArgs(given)
}

// split is what a shell makes of the line, as far as the documents need it: without what it
// reads from or writes to.
func split(line string) (words []string) {
	line = redirection.ReplaceAllString(line, "")
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		words = append(words, m[1]+m[2]+m[3])
	}
	return words
}

// The lines of the README for a running stack, with an id where it has none.
func TestREADMEsCommandsRun(t *testing.T) {
	o := newOperator(t)
	doc, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for line := range strings.Lines(fenced(t, string(doc), "sh", "bin/payhooks trigger")) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "bin/payhooks" {
			continue
		}
		for i, word := range words {
			if id, ok := ids[word]; ok {
				words[i] = id
			}
		}
		r := o.run(words[1:]...)
		if r.code != 0 || r.out == "" || strings.Contains(strings.Join(words, " "), "…") {
			t.Errorf("%s: %+v", line, r)
		}
		if words[1] == "trigger" {
			ids = o.idsOf(t)
		}
	}
}

// idsOf waits until what was triggered is done, and returns ids to put in for those
// that the documents leave out.
func (o *rig) idsOf(t *testing.T) map[string]string {
	t.Helper()
	if err := waitIdle(command(t), o.Target, time.Minute); err != nil {
		t.Fatal(err)
	}
	var order struct{ Order string }
	if err := json.Unmarshal([]byte(strings.SplitN(o.run("orders", "--json").out, "\n", 2)[0]), &order); err != nil {
		t.Fatal(err)
	}
	var newest struct{ ID string }
	if err := json.Unmarshal([]byte(strings.SplitN(o.run("events", "list", "--json").out, "\n", 2)[0]), &newest); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"evt_…": newest.ID, "pi_…": order.Order}
}
