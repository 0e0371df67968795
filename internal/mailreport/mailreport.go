// Package mailreport records what SES reports about mails after it took them: that one bounced,
// was called spam or was not sent after all. A report also proves that a mail went out whose
// own outcome was lost.
package mailreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/batch"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/mail"
)

// Recorder records reports about the mails of one action. Safe for concurrent use.
type Recorder struct {
	Store  event.Store
	Ledger event.Ledger
	Action string // which sends the mails
	Now    func() time.Time
	Log    *slog.Logger
}

// Check is what is missing, or nil.
func (r *Recorder) Check() error {
	if r.Action == "" {
		return errors.New("environment variable ACTION is not set: name the action whose mails are reported")
	}
	return nil
}

// Handle handles a batch of queue messages and names those that must become visible again. Its
// error is always nil.
func (r *Recorder) Handle(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
	return batch.Messages(in, false, func(i int) bool { return r.handle(ctx, in.Records[i].Body) }), nil
}

// handle handles one message, writes its log line, and reports whether the queue must keep it.
func (r *Recorder) handle(ctx context.Context, body string) (failed bool) {
	var m message
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		r.Log.ErrorContext(ctx, "mail report", "result", "unreadable", "error", "neither the JSON that the rule's target makes nor an event of SES")
		return false
	}
	result, err := r.record(ctx, m)
	level, reason, failure := slog.LevelInfo, reports[m.Type], ""
	if err != nil {
		level, failure, result = slog.LevelWarn, err.Error(), "later"
	}
	if result != recorded {
		reason = "" // the alarms count reasons
	}
	r.Log.LogAttrs(ctx, level, "mail report", slog.String("event", m.tag(mail.TagEvent)), slog.String("action", r.Action),
		slog.String("reason", string(reason)), slog.String("result", result), slog.String("error", failure))
	return err != nil
}

// What became of a report, for the log.
const (
	recorded = "recorded"
	resolved = "resolved" // the mail's outcome was not known before
	nothing  = "nothing to do"
	foreign  = "no such mail here"
)

// record records one report. It may be repeated, and come in any order.
func (r *Recorder) record(ctx context.Context, m message) (result string, err error) {
	report, known := reports[m.Type]
	ref, err := r.effectOf(ctx, m)
	if !known || err != nil {
		return foreign, retryable(err)
	}
	e, err := r.Ledger.Effect(ctx, ref)
	switch {
	case err != nil:
		return foreign, retryable(err)
	case e.State == event.EffectDone && !sameMail(e, m.ID):
		return foreign, nil // of one that an operator had sent again
	case e.State != event.EffectDone:
		result, err = resolved, r.resolve(ctx, e, m.ID)
	default:
		result = nothing
	}
	if err != nil {
		return "", err
	}
	if report != "" {
		result = recorded
		if e, err = r.Ledger.Report(ctx, ref, report); err != nil {
			return "", err
		}
	}
	return result, r.settle(ctx, e)
}

// effectOf is the mail's effect; event.ErrNotFound if the event of its tags is not here.
func (r *Recorder) effectOf(ctx context.Context, m message) (event.EffectRef, error) {
	key, err := mail.DecodeKey(m.tag(mail.TagKey))
	id := m.tag(mail.TagEvent)
	if err != nil || key == "" || id == "" || m.ID == "" || m.tag(mail.TagAction) != r.Action {
		return event.EffectRef{}, event.ErrNotFound
	}
	s, err := r.Store.Get(ctx, id)
	if errors.Is(err, event.ErrErased) || errors.Is(err, event.ErrInvalid) {
		err = nil // its scope is known all the same
	}
	return event.EffectRef{Action: r.Action, Scope: s.Scope, Key: key}, err
}

// retryable is nil for what no repeat can change.
func retryable(err error) error {
	if errors.Is(err, event.ErrNotFound) || errors.Is(err, event.ErrInvalid) {
		return nil
	}
	return err
}

// sameMail reports whether the effect is the mail with SES's id. The result that an operator
// recorded may have none.
func sameMail(e event.Effect, id string) bool {
	var sent string
	return json.Unmarshal(e.Result, &sent) != nil || sent == "" || sent == id
}

// resolve records that the mail went out, as the attempt would have.
func (r *Recorder) resolve(ctx context.Context, e event.Effect, id string) error {
	if e.State == event.EffectIntended && e.Lease.After(r.Now()) {
		return fmt.Errorf("%s is being sent by an attempt: %w", e.Key, event.ErrNotDue)
	}
	result, err := json.Marshal(id)
	if err != nil {
		return err
	}
	e.State, e.Result, e.Error, e.Updated, e.ByOperator = event.EffectDone, result, "", r.Now(), false
	return r.Ledger.Resolve(ctx, e)
}

// settle carries the effect over to the delivery for which it was performed: one that waited
// for this outcome continues, one that is finished has the report in its outcome. One that is
// running is asked again.
func (r *Recorder) settle(ctx context.Context, e event.Effect) error {
	ref := event.DeliveryRef{Action: r.Action, Event: e.Event}
	d, err := r.Ledger.Delivery(ctx, ref)
	amended := d
	switch {
	case e.Report == "" && (d.State != event.Unknown || d.Effect != e.Key):
		return retryable(err)
	case err != nil:
		return err // it is being written
	case d.State == event.Unknown && d.Effect == e.Key:
		return r.reopen(ctx, ref)
	case !d.Finished() && (d.Ensured || d.Running(r.Now())):
		return fmt.Errorf("%s runs for %s: %w", e.Key, e.Event, event.ErrNotDue)
	case !d.Finished() || !amended.Reported(e.Key, e.Report):
		return nil // its next attempt finds the report with the effect
	}
	return r.Ledger.Amend(ctx, d, amended)
}

// reopen lets a delivery continue whose effect is known now; the sweep of what is due sends it.
func (r *Recorder) reopen(ctx context.Context, ref event.DeliveryRef) error {
	return retryable(r.Ledger.Reopen(ctx, ref, r.Now(), false))
}
