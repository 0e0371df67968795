package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/trigger"
)

var samplesBody = parse("samples.html")

const (
	mostTimes = 100 // how often one request sends a sample
	mostSent  = 500 // events that one request sends at most
	sendTime  = time.Minute
	sentKept  = 50 // results
)

// samplesData is what can be sent.
type samplesData struct {
	Scenarios []trigger.Sendable
	Types     []trigger.Sendable
	Form      string // snapshot or thin
	Text      string
	Versions  []string
	Version   string
	Twice     bool
	Times     int
	Sent      *sentResult
	All       int
}

// sentResult is what was sent, and the answers.
type sentResult struct {
	Name    string
	Command string
	Posted  []trigger.Posted
	Failed  int
	Err     error
}

// sent are the newest results, by number.
type sent struct {
	mu   sync.Mutex
	all  []*sentResult
	gone int // results that were forgotten
}

func (s *sent) add(r *sentResult) (number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all = append(s.all, r); len(s.all) > sentKept {
		s.all = s.all[1:]
		s.gone++
	}
	return s.gone + len(s.all) - 1
}

func (s *sent) get(number int) *sentResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := number - s.gone; i >= 0 && i < len(s.all) {
		return s.all[i]
	}
	return nil
}

func showSamples(r *Request) (View, error) {
	v := View{Title: "Samples", Body: samplesBody, Scripts: []string{"local.js"}}
	q, err := r.Params("q", "form", "version", "twice", "times", "sent")
	if err != nil {
		return v, err
	}
	d := samplesData{Form: trigger.FormSnapshot, Text: strings.TrimSpace(q.Get("q")), Versions: events.Versions(), Version: events.Latest, Twice: q.Get("twice") != "", Times: 1}
	if f := q.Get("form"); f == trigger.FormThin {
		d.Form = f
	} else if f != "" && f != trigger.FormSnapshot {
		return v, Refused(http.StatusBadRequest, "There is no form "+f+".", "The forms are snapshot and thin.")
	}
	if n, err := strconv.Atoi(q.Get("times")); err == nil && n > 0 && n <= mostTimes {
		d.Times = n
	}
	if slices.Contains(d.Versions, q.Get("version")) {
		d.Version = q.Get("version")
	}
	if n, err := strconv.Atoi(q.Get("sent")); err == nil {
		d.Sent = r.console.sent.get(n)
	}
	v.Data = &d
	return v, d.list()
}

// list finds the names that match.
func (d *samplesData) list() (err error) {
	if d.Form == trigger.FormThin {
		d.Types, err = trigger.ThinEvents(d.Version)
	} else {
		d.Types, err = trigger.Snapshots([]string{d.Version})
	}
	d.All = len(d.Types)
	d.Types = slices.DeleteFunc(d.Types, func(s trigger.Sendable) bool { return !strings.Contains(s.Name, strings.ToLower(d.Text)) })
	d.Scenarios = trigger.Scenarios()
	return err
}

// sendSample sends what a button names, and leads to the page that has it.
func sendSample(r *Request) (string, error) {
	if r.console.LocalStack.Post == nil {
		return "", Refused(http.StatusNotFound, "No events can be sent to this stack from here.", "Use payhooks trigger.")
	}
	name, version := r.PostFormValue("name"), r.PostFormValue("version")
	if version == "" {
		version = events.Latest
	}
	times, err := strconv.Atoi(r.PostFormValue("times"))
	if r.PostFormValue("times") == "" {
		times, err = 1, nil
	}
	if err != nil || times < 1 || times > mostTimes {
		return "", Refused(http.StatusBadRequest, "It can be sent 1 to "+count(mostTimes)+" times at once.", "For more: "+r.console.Command("trigger", quoted(name), "--count", quoted(r.PostFormValue("times"))))
	}
	q := trigger.Request{Count: times, Version: version}
	again := 0
	if r.PostFormValue("twice") != "" {
		again = 1
	}
	result, err := r.console.post(r.Context(), q, name, again)
	if err != nil {
		return "", err
	}
	number := r.console.sent.add(result)
	if to := r.PostFormValue("back"); to != "" && result.Failed == 0 {
		return back(to), nil
	}
	to := url.Values{"sent": {strconv.Itoa(number)}, "version": {version}, "times": {strconv.Itoa(times)}}
	for _, name := range []string{"q", "form", "twice"} {
		if v := r.PostFormValue(name); v != "" {
			to.Set(name, v)
		}
	}
	return address("/local/samples", to), nil
}

// post posts as payhooks trigger does.
func (c *Console) post(ctx context.Context, q trigger.Request, name string, again int) (*sentResult, error) {
	if err := q.Check([]string{name}); err != nil {
		return nil, err
	}
	sources, err := q.Sources([]string{name})
	if err != nil {
		return nil, err
	}
	if n := q.Total(sources) * (1 + again); n > mostSent {
		return nil, Refused(http.StatusBadRequest, "These are "+count(n)+" events, and at most "+count(mostSent)+" are sent at once.", "For more: "+c.Command(triggered(q, name, again)...))
	}
	post, err := c.LocalStack.Post()
	if err != nil {
		return nil, err
	}
	result := &sentResult{Name: name, Command: c.Command(triggered(q, name, again)...)}
	var mu sync.Mutex
	post.Record = func(p trigger.Posted) {
		mu.Lock()
		defer mu.Unlock()
		if result.Posted = append(result.Posted, p); !p.OK() {
			result.Failed++
		}
	}
	ctx, stop := context.WithTimeout(ctx, sendTime)
	defer stop()
	result.Err = post.Run(ctx, q.Count, again, sources)
	return result, nil
}

// triggered are the words of a command that sends the same.
func triggered(q trigger.Request, name string, again int) []string {
	words := []string{"trigger", quoted(name)}
	if q.Version != events.Latest {
		words = append(words, "--api-version", quoted(q.Version))
	}
	if q.Count > 1 {
		words = append(words, "--count", strconv.Itoa(q.Count))
	}
	if again > 0 {
		words = append(words, "--duplicate", strconv.Itoa(again))
	}
	return words
}

// Summary is what became of many.
func (s *sentResult) Summary() string {
	by := map[string]int{}
	var order []string
	for _, p := range s.Posted {
		word := p.Status
		if p.Error != "" {
			word = p.Error
		}
		if by[word]++; by[word] == 1 {
			order = append(order, word)
		}
	}
	for i, w := range order {
		order[i] = count(by[w]) + " " + w
	}
	return plural(len(s.Posted), "post", "posts") + ": " + strings.Join(order, ", ")
}

// Few are the posts that each get a line.
func (s *sentResult) Few() []trigger.Posted {
	const few = 12
	return s.Posted[:min(few, len(s.Posted))]
}
