package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/logs"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	// functionSince and eventSince are from when on lines are read without --since, of a function and of an
	// event that is not stored.
	functionSince = time.Hour
	eventSince    = 24 * time.Hour
	// clockSkew is how much earlier than an event's receipt a line about it may be dated.
	clockSkew = 5 * time.Minute
	// followEvery is the pause between two looks for new lines, and followBack how much
	// later than its time a line may appear.
	followEvery = 2 * time.Second
	followBack  = 30 * time.Second
)

// functionName is what no id of Stripe's looks like.
var functionName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// selected reads the argument: a function that there is, or an event.
func (r *logsRun) selected(q logs.Query, t *cli.Target) (logs.Query, error) {
	since := functionSince
	switch {
	case r.about == "":
	case slices.Contains(q.Functions, r.about):
		q.Functions = []string{r.about}
	case functionName.MatchString(r.about):
		hint := "there are " + strings.Join(q.Functions, ", ")
		if near := cli.Nearest(r.about, q.Functions); len(near) > 0 {
			hint = "did you mean " + near[0] + "?"
		}
		return q, fmt.Errorf("no function %s writes a log in stack %s; %s", r.about, t.Stack, hint)
	case len(r.about) > webhook.MaxID || strings.ContainsAny(r.about, "\"\\") || strings.ContainsFunc(r.about, func(c rune) bool { return c < ' ' }):
		return q, cli.Usage("%q is no event's id", cli.Clip(r.about, 100))
	default:
		q.Event, since = r.about, eventSince
	}
	if q.Since.IsZero() {
		q.Since = r.since(q, t, since)
	}
	return q, nil
}

// since is from when on lines are read without --since: an event's receipt, or so long
// before the end.
func (r *logsRun) since(q logs.Query, t *cli.Target, window time.Duration) time.Time {
	if q.Event != "" {
		if s, err := t.Tables.Get(r.cmd.Context(), q.Event); err == nil { // else it was refused, or is gone
			return s.Received.Add(-clockSkew)
		}
	}
	if !q.Until.IsZero() {
		return q.Until.Add(-window)
	}
	return time.Now().Add(-window)
}

// once prints the lines that there are.
func (r *logsRun) once(ctx context.Context) error {
	progress := cli.NewProgress(r.cmd, "lines read", 0)
	r.reader.Looked = progress.Add
	lines, left, err := r.reader.Read(ctx, r.query)
	progress.End()
	r.show(lines)
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("stopped before all was read; name a function, or a later --since")
	case err != nil:
		return err
	case len(lines) == 0:
		return r.none()
	case left > 0 && !cli.WantsJSON(r.cmd):
		fmt.Fprintf(r.cmd.ErrOrStderr(), "%s left out; for those: --until %s, or a higher --limit\n",
			cli.Count(left, "earlier line", "earlier lines"), untilBefore(lines[0].At))
	}
	return nil
}

// untilBefore is the --until that has all lines before that of at, and rather some again:
// log groups know milliseconds.
func untilBefore(at time.Time) string {
	return at.UTC().Truncate(time.Millisecond).Add(time.Millisecond).Format(time.RFC3339Nano)
}

// none says that nothing was found, and where it was looked for.
func (r *logsRun) none() error {
	if cli.WantsJSON(r.cmd) {
		return nil
	}
	about := ""
	if r.query.Event != "" {
		about = " about " + cli.Clip(r.query.Event, 100)
	}
	until := ""
	if !r.query.Until.IsZero() {
		until = " until " + r.query.Until.UTC().Format(time.DateTime)
	}
	earlier := ""
	if time.Since(r.query.Since) < 7*24*time.Hour {
		earlier = "; earlier ones: --since 7d"
	}
	_, err := fmt.Fprintf(r.cmd.OutOrStdout(), "no line%s since %s%s%s\n", about, r.query.Since.UTC().Format(time.DateTime), until, earlier)
	return err
}

func (r *logsRun) show(lines []logs.Line) {
	for _, l := range lines {
		r.print.Logged(l.At, l.Function, l.Text)
	}
}

// follow prints the lines that there are, then new ones, until it is stopped.
func (r *logsRun) follow(ctx context.Context) error {
	shown := map[string]time.Time{}
	for {
		lines, _, err := r.reader.Read(ctx, r.query)
		switch {
		case ctx.Err() != nil:
			return nil // Ctrl-C is how it ends
		case err != nil && (len(shown) == 0 || isDenied(err)):
			return err
		case err != nil:
			fmt.Fprintf(r.cmd.ErrOrStderr(), "%s; trying again\n", cli.Line(err.Error()))
		}
		r.show(slices.DeleteFunc(lines, func(l logs.Line) bool {
			key := l.Function + "/" + l.ID
			_, is := shown[key]
			shown[key] = l.At
			return is
		}))
		r.query.Limit = 0 // of what there was; nothing new is left out
		if err == nil {
			r.query.Since = later(r.query.Since, time.Now().Add(-followBack))
		}
		for key, at := range shown {
			if at.Before(r.query.Since.Add(-followBack)) {
				delete(shown, key)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
	}
}

// isDenied reports whether trying again cannot help.
func isDenied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.HasPrefix(api.ErrorCode(), "AccessDenied")
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
