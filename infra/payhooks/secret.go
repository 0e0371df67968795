package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
)

const secretPutLong = `Give one of the stack's secrets a value, which is read from standard input: no shell
keeps it in its history, and no list of processes shows it. infra/data.yaml declares the
secrets: stripe, webhooks/default and those that you add.

  payhooks secret put crm < key.txt

A first value is used within 10 seconds, another one within 5 minutes: keep the old one
valid until then. What parked for want of it: payhooks parked retry.`

func secretCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "secret", Short: "Put values into the stack's secrets"}
	cmd.AddCommand(secretPutCommand())
	return cmd
}

// secretName is what a secret may be called, behind the stack's name.
var secretName = regexp.MustCompile(`^[a-z0-9-]+(/[a-z0-9-]+)*$`)

// longestSecret is what Secrets Manager takes.
const longestSecret = 65_536

func secretPutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "put NAME", Short: "Put a value from standard input into a secret", Long: secretPutLong, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !secretName.MatchString(args[0]) {
				return cli.Usage("%q cannot be the name of a secret; leave out the stack's name, for example webhooks/default", args[0])
			}
			value, err := readSecret(cmd.InOrStdin())
			if err != nil {
				return err
			}
			t, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			return putSecret(cmd, t, args[0], value)
		},
	}
	cli.StackFlag(cmd)
	return cmd
}

// readSecret reads the value, which is no part of any error.
func readSecret(in io.Reader) (string, error) {
	const how = "expected the value on standard input, for example payhooks secret put crm < key.txt"
	if f, ok := in.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return "", cli.Usage(how)
	}
	data, err := io.ReadAll(io.LimitReader(in, longestSecret+1))
	value := strings.TrimRight(string(data), "\r\n")
	switch {
	case err != nil:
		return "", fmt.Errorf("read the value: %w", err)
	case strings.TrimSpace(value) == "":
		return "", errors.New("it is empty; " + how)
	case len(data) > longestSecret:
		return "", cli.Usage("the value is longer than %d bytes", longestSecret)
	}
	return value, nil
}

func putSecret(cmd *cobra.Command, t *cli.Target, name, value string) error {
	err := secret.Put(cmd.Context(), secret.Manager(t.AWS, time.Now), t.Stack, name, value)
	if errors.Is(err, event.ErrNotFound) {
		return fmt.Errorf("%w: declare it in infra/data.yaml, and deploy that or start the local stack again", err)
	}
	if err != nil {
		return err
	}
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(cmd.OutOrStdout(), map[string]any{"secret": t.Stack + "/" + name, "changed": true})
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "secret %s/%s has the value\n", t.Stack, name)
	return err
}
