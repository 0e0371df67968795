package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
)

const completionLong = `Print the completion script of a shell: commands, flags, event types, scenarios, actions
and statuses. Actions are those of the running local stack, or of the one that --stack
names.

  bash  source <(payhooks completion bash)
  zsh   payhooks completion zsh > "${fpath[1]}/_payhooks"
  fish  payhooks completion fish > ~/.config/fish/completions/payhooks.fish`

// shells are those that there is a script for.
var shells = []string{"bash", "zsh", "fish"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish", Short: "Print the completion script of a shell", Long: completionLong, ValidArgs: shells,
		Example: "  payhooks completion bash",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return cli.Usage("expected one of %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			script, err := completionScript(cmd.Root(), args[0])
			if err != nil {
				return err
			}
			if cli.WantsJSON(cmd) {
				return cli.PrintJSON(cmd.OutOrStdout(), map[string]string{"shell": args[0], "script": script})
			}
			_, err = cmd.OutOrStdout().Write([]byte(script))
			return err
		},
	}
}

func completionScript(root *cobra.Command, shell string) (string, error) {
	var script bytes.Buffer
	var err error
	switch shell {
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	default:
		err = root.GenBashCompletionV2(&script, true)
	}
	return script.String(), err
}

// completed are the flags whose values can be completed, in every command that has one.
var completed = map[string]cobra.CompletionFunc{
	"action":      completeActions,
	"account":     nothing,
	"api-version": words(events.Versions()...),
	"mode":        words("live", "test"),
	"status":      words(strings.Split(statuses(), ", ")...),
	"type":        completeTypes,
	"via":         words("webhook", viaBus),
}

// completeFlags has the shells complete values of flags.
func completeFlags(cmd *cobra.Command) {
	for name, complete := range completed {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, complete) // fails for a flag that is not there
		}
	}
	for _, sub := range cmd.Commands() {
		completeFlags(sub)
	}
}

// words completes one of a few words; a file would be wrong.
func words(all ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

func nothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeTypes completes types of snapshot events, by which events are listed.
func completeTypes(*cobra.Command, []string, string) (all []string, _ cobra.ShellCompDirective) {
	for _, version := range events.Versions() {
		types, _ := events.Types(version) // it is one of them
		all = append(all, types...)
	}
	slices.Sort(all)
	return slices.Compact(all), cobra.ShellCompDirectiveNoFileComp
}

// completionTimeout bounds what a person who pressed a key waits for.
const completionTimeout = 2 * time.Second

// completeActions completes actions that have a rule on the bus of the stack.
func completeActions(cmd *cobra.Command, _ []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	cmd.SetContext(ctx)
	c, err := cli.Open(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	rules, err := c.Bus.Rules(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, r := range rules {
		names = append(names, cli.Line(r.Action))
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}
