package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/guard"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/operator"
)

// businesses make the pages of one console for what the actions keep.
var businesses []func() ([]console.Page, []console.Reference)

const consoleLong = `Serve the operators' pages on this machine, until Ctrl-C: what needs a person, events,
timelines and the state of the business, with the changes that the other commands make.

The local stack serves them itself, on CONSOLE_PORT (3001). With --stack they are of a
deployed stack, read with your own AWS credentials; only a browser that was opened with
the printed address, which has a key, gets them.`

func consoleCommand() *cobra.Command {
	var port int
	cmd := &cobra.Command{
		Use: "console", Short: "Serve the operators' pages of a stack on this machine", Long: consoleLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			if t.Local != nil {
				return printConsole(cmd, t.Local.Console)
			}
			return serveConsole(cmd, t, port)
		},
	}
	cmd.Flags().IntVar(&port, "port", 3001, "port on 127.0.0.1; 0 takes any that is free")
	cli.StackFlag(cmd)
	return cmd
}

func printConsole(cmd *cobra.Command, url string) error {
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(cmd.OutOrStdout(), map[string]string{"console": url})
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), url)
	return err
}

// serveConsole serves a deployed stack at the printed address, which has a key.
func serveConsole(cmd *cobra.Command, t *cli.Target, port int) error {
	if port < 0 || port > 65535 {
		return cli.Usage("--port %d: expected a number from 0 (any free port) to 65535", port)
	}
	mode, err := modeOf(cmd.Context(), t)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("cannot listen on port %d; choose another with --port: %w", port, err)
	}
	key := rand.Text()
	c := newConsole(console.Config{Target: t, Region: t.AWS.Region, Mode: mode, Key: key})
	defer c.Close()
	srv := guard.Server(c, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
	go func() {
		<-cmd.Context().Done()
		c.Close()
		_ = srv.Close()
	}()
	if err := printConsole(cmd, fmt.Sprintf("http://localhost:%d/?key=%s", l.Addr().(*net.TCPAddr).Port, key)); err != nil { //nolint:forcetypeassert // of a TCP listener
		return err
	}
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func newConsole(cfg console.Config) *console.Console {
	cfg.Operator, cfg.Sources = cfg.Target.Operator(), cfg.Target.Sources()
	for _, open := range businesses {
		pages, references := open()
		cfg.Pages, cfg.References = append(cfg.Pages, pages...), append(cfg.References, references...)
	}
	return console.New(cfg)
}

// modeOf is live if the newest event of the stack is.
func modeOf(ctx context.Context, t *cli.Target) (console.Mode, error) {
	for e, err := range t.Operator().List(ctx, operator.EventList{Limit: 1}) {
		switch {
		case err != nil:
			return "", err
		case e.Scope != nil && e.Livemode:
			return console.Live, nil
		}
	}
	return console.Test, nil
}

// localConsole serves the stack that runs here, and the lines of its functions.
func localConsole(lines *loglines.Lines) func(local.Running, func() (ready, all int)) http.Handler {
	return func(run local.Running, ready func() (ready, all int)) http.Handler {
		t, err := cli.OpenLocal(context.Background(), run)
		if err != nil {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			})
		}
		return newConsole(console.Config{
			Target: t, Region: run.Region, Mode: console.Local, Ready: ready, Now: time.Now,
			LocalStack: console.LocalStack{
				API: run.API, Logs: lines, Post: sync.OnceValues(func() (trigger.Poster, error) { return localPoster(run) }),
				Refused: func(ctx context.Context) ([]aws.Refused, error) { return cli.ReadLocal[aws.Refused](ctx, t, "refused") },
			},
		})
	}
}

// localPoster posts to the stack's first endpoint, as the command trigger does.
func localPoster(run local.Running) (trigger.Poster, error) {
	f := triggerFlags{url: run.API, secret: run.SigningSecret, endpoint: "default"}
	url, secret, err := f.target()
	if err != nil {
		return trigger.Poster{}, err
	}
	return trigger.Poster{Send: trigger.NewWebhook(url, secret).Send, FakeStripe: run.FakeStripe}, nil
}
