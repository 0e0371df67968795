package stripecli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/internal/webhook"
)

// ErrOld is for a version that cannot do what is asked.
var ErrOld = errors.New("is too old for thin events; update it")

// Arguments are those of the run for a route.
func (c *CLI) Arguments(r Route) ([]string, error) {
	events, to, connect := "--events", "--forward-to", "--forward-connect-to"
	args := []string{"listen", "--skip-update", "--color", "off"}
	switch {
	case r.Form == Snapshot || c.forms == oneFlag:
	case c.forms == twoFlags:
		args = append(args, "--events=") // else it prints every snapshot event
		events, to, connect = "--thin-events", "--forward-thin-to", "--forward-thin-connect-to"
	default:
		return nil, fmt.Errorf("%s %w", c.Path, ErrOld)
	}
	args = append(args, events, strings.Join(r.Events, ","), to, r.To)
	if r.Connect != "" {
		args = append(args, connect, r.Connect)
	}
	return append(args, c.Flags...), nil
}

// Secret returns what signs the events that this machine gets.
func (c *CLI) Secret(ctx context.Context) (string, error) {
	out, err := c.answer(ctx, append([]string{"listen", "--print-secret"}, c.Flags...)...)
	if err != nil {
		return "", fmt.Errorf("the Stripe CLI has no signing secret for you; log in with `%s login`, or set STRIPE_API_KEY to a key of test mode: %w", c.Path, err)
	}
	all, err := webhook.ParseSecrets(out)
	if err != nil || len(all) != 1 {
		return "", fmt.Errorf("%s listen --print-secret printed no signing secret; update it", c.Path)
	}
	return all[0], nil
}

// Listen forwards until ctx ends, and is an error if the CLI ends before. line gets what
// the CLI prints, without secrets, from several goroutines.
func (c *CLI) Listen(ctx context.Context, routes []Route, line func(form, text string)) error {
	all, running := errgroup.WithContext(ctx)
	for _, r := range routes {
		args, err := c.Arguments(r)
		if err != nil {
			return err
		}
		all.Go(func() error { return c.forward(running, args, func(text string) { line(r.Form, text) }) })
	}
	if err := all.Wait(); ctx.Err() == nil {
		return err
	}
	return nil
}

func (c *CLI) forward(ctx context.Context, args []string, line func(string)) error {
	cmd := c.command(ctx, args)
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		eachLine(read, line)
	}()
	err := cmd.Run()
	_ = write.Close() // it never fails
	<-printed
	select {
	case <-ctx.Done(): // a terminal's Ctrl-C ends the CLI, too, and may do so first
		return ctx.Err()
	case <-time.After(time.Second):
	}
	if err == nil {
		return errors.New("the Stripe CLI ended without an error; start it again")
	}
	return fmt.Errorf("the Stripe CLI ended, see above: %w", err)
}

// eachLine passes every line on that is not empty; an endless one in parts.
func eachLine(from io.Reader, line func(string)) {
	lines := bufio.NewReaderSize(from, 64<<10)
	for {
		text, _, err := lines.ReadLine()
		if s := strings.TrimRight(string(text), " \r"); s != "" {
			line(Shown(s))
		}
		if err != nil {
			return
		}
	}
}

// secrets are signing secrets and keys in what the CLI prints.
var secrets = regexp.MustCompile(`\b(whsec|[rs]k_(?:test|live))_[A-Za-z0-9_+/=-]+`)

// Shown is a text without secrets, for a person to see.
func Shown(s string) string { return secrets.ReplaceAllString(s, "${1}_…") }
