package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// search shows how far a list is that reads more than a page of all events.
type search struct {
	cmd      *cobra.Command
	flags    *eventFlags
	since    time.Time
	progress *cli.Progress // nil until the second page
	pages, n int
	before   time.Time // of a list that continues
}

// looked counts a page.
func (s *search) looked(n int, before time.Time) {
	s.pages, s.n, s.before = s.pages+1, s.n+n, before
	if s.pages == 2 {
		s.progress = cli.NewProgress(s.cmd, "events read", 0)
		n = s.n
	}
	if s.progress != nil {
		s.progress.Add(n)
	}
}

// clear takes the progress off the terminal while rows are printed.
func (s *search) clear() {
	if s.progress != nil {
		s.progress.Clear()
	}
}

// end says how far a long search came, and how to continue it.
func (s *search) end(failed error) error {
	if s.progress != nil {
		s.progress.End()
	}
	switch {
	case failed != nil && s.pages > 0:
		return s.stopped(failed)
	case failed != nil || s.pages < 2 || cli.WantsJSON(s.cmd):
		return failed
	case s.before.Equal(s.since):
		_, err := fmt.Fprintf(s.cmd.ErrOrStderr(), "%s read: all of them\n", cli.Count(s.n, "event", "events"))
		return err
	}
	_, err := fmt.Fprintf(s.cmd.ErrOrStderr(), "%s read, back to %s; continue with: %s\n",
		cli.Count(s.n, "event", "events"), s.before.UTC().Format(millis), s.resume())
	return err
}

// stopped says how to continue after the rows that were printed.
func (s *search) stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	return fmt.Errorf("%w after %s, back to %s; continue with: %s", err, cli.Count(s.n, "event", "events"), s.before.UTC().Format(millis), s.resume())
}

// millis is a time of receipt, which has milliseconds.
const millis = "2006-01-02T15:04:05.000Z07:00"

// resume is the command as it was given, for the events that were received before.
func (s *search) resume() string {
	line := append([]string{program(s.flags.line[0])}, without(s.flags.line[1:], "--since", "--before")...)
	if !s.since.IsZero() {
		line = append(line, "--since", s.since.UTC().Format(time.RFC3339Nano))
	}
	return strings.Join(append(line, "--before", s.before.UTC().Format(millis)), " ")
}
