package cost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/local/template"
)

// name and account of the stack that is computed. Neither has a price.
const (
	name    = "payhooks"
	account = "123456789012"
)

// Stack is what costs something of the templates.
type Stack struct {
	Memory    map[string]float64 // GB by function
	Actions   []string           // each with a queue and a rule
	Polled    int                // queues that Lambda polls
	Alarms    int                // metrics that alarms read
	Boards    int
	Secrets   int
	Tables    int
	Rate      float64 // requests per second that the API admits
	Retention float64 // days of an event
	LogDays   float64
}

// Open reads the templates of the project in dir for a stack with these parameters.
func Open(dir string, parameters map[string]string) (s Stack, err error) {
	all, err := template.Load(filepath.Join(dir, "template.yaml"), template.Options{Name: name, Region: Region, Account: account, Parameters: parameters})
	if err != nil {
		return s, err
	}
	s.Memory, s.Polled, s.Secrets, s.Tables = map[string]float64{}, len(all.Pollers), len(all.Secrets), len(all.Tables)
	for _, f := range all.Functions {
		dir := filepath.Base(f.Dir)
		s.Memory[dir] = float64(f.MemoryMB) / 1024
		if f.Env["RETENTION_DAYS"] != "" {
			s.Retention, err = strconv.ParseFloat(f.Env["RETENTION_DAYS"], 64)
		}
		if !slices.Contains(pipeline, dir) {
			s.Actions = append(s.Actions, dir)
		}
	}
	slices.Sort(s.Actions)
	r := reader{files: os.DirFS(dir), parameters: parameters, err: err}
	r.read(&s)
	return s, r.err
}

// read reads what only AWS has.
func (r *reader) read(s *Stack) {
	for _, a := range r.all("AWS::CloudWatch::Alarm") {
		metrics, _ := a.Properties["Metrics"].([]any)
		s.Alarms += max(1, len(metrics)-1) // besides the expression
	}
	s.Boards = len(r.all("AWS::CloudWatch::Dashboard"))
	for _, api := range r.all("AWS::Serverless::HttpApi") {
		s.Rate = r.number(within(api, "DefaultRouteSettings"), "ThrottlingRateLimit")
	}
	for _, group := range r.all("AWS::Logs::LogGroup") {
		s.LogDays = r.number(group, "RetentionInDays")
	}
}

// pipeline are the functions that are no action.
var pipeline = []string{"ingest", "ingest-eventbridge", "dispatch", "fetch", "reconcile", "record-mail"}

// reader reads resources and keeps the first error.
type reader struct {
	files      fs.FS
	parameters map[string]string
	err        error
}

func (r *reader) all(kind string) []check.Resource {
	all, err := check.Resources(r.files, kind, name, r.parameters)
	r.err = errors.Join(r.err, err)
	return all
}

// within is a property of a resource that has properties itself.
func within(of check.Resource, property string) check.Resource {
	inner, _ := of.Properties[property].(map[string]any)
	return check.Resource{ID: of.ID + "." + property, Properties: inner}
}

func (r *reader) number(of check.Resource, property string) float64 {
	n, err := strconv.ParseFloat(fmt.Sprint(of.Properties[property]), 64)
	if err != nil {
		r.err = errors.Join(r.err, fmt.Errorf("%s.%s of the template: %w", of.ID, property, err))
	}
	return n
}
