package aws

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/payhooks/payhooks/infra/local/logfilter"
	"github.com/payhooks/payhooks/infra/local/loglines"
)

// logs serves what the functions wrote, to operators.
func (s *Server) logs() *service {
	return &service{
		name: "logs",
		operations: map[string]operation{
			"DescribeLogGroups": typed(func(*groupsRequest) []access { return []access{need("logs:DescribeLogGroups", "*")} }, s.describeLogGroups),
			"FilterLogEvents": typed(func(in *linesRequest) []access {
				return []access{need("logs:FilterLogEvents", "arn:aws:logs:"+s.template().Region+":"+s.template().Account+":log-group:"+in.LogGroupName+":*")}
			}, s.filterLogEvents),
		},
		throttled: failure{status: http.StatusBadRequest, code: "ThrottlingException"},
		failed:    failure{status: http.StatusInternalServerError, code: "ServiceUnavailableException"},
		denied:    failure{status: http.StatusBadRequest, code: "AccessDeniedException"},
		unknown:   failure{status: http.StatusBadRequest, code: "UnknownOperationException"},
		fail:      failJSON(""),
	}
}

type groupsRequest struct{ LogGroupNamePrefix string }

// logGroups are those that the template's functions and API write to.
func (s *Server) logGroups() (all []string) {
	for _, f := range s.template().Functions {
		all = append(all, f.Logging.Group)
	}
	for _, api := range s.template().APIs {
		if api.AccessLog.Group != "" {
			all = append(all, api.AccessLog.Group)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *Server) describeLogGroups(_ context.Context, _ *call, in *groupsRequest) (any, error) {
	groups := []map[string]any{}
	for _, name := range s.logGroups() {
		if strings.HasPrefix(name, in.LogGroupNamePrefix) {
			groups = append(groups, map[string]any{"logGroupName": name})
		}
	}
	return map[string]any{"logGroups": groups}, nil
}

type linesRequest struct {
	LogGroupName, FilterPattern, NextToken string
	StartTime, EndTime                     int64 // milliseconds; EndTime 0: none
	Limit                                  int
}

// linesPage is how many lines are answered at once.
const linesPage = 1000

func (s *Server) filterLogEvents(_ context.Context, _ *call, in *linesRequest) (any, error) {
	if !slices.Contains(s.logGroups(), in.LogGroupName) {
		return nil, invalid("ResourceNotFoundException", "The specified log group does not exist: %s", in.LogGroupName)
	}
	matches, err := linePattern(in.FilterPattern)
	if err != nil {
		return nil, invalid("InvalidParameterException", "%v", err)
	}
	from, _ := strconv.Atoi(in.NextToken) // empty is the first
	found := []map[string]any{}
	answer := map[string]any{}
	for _, l := range s.lines() {
		at := l.At.UnixMilli()
		if l.Number < from || l.Group != in.LogGroupName || at < in.StartTime || in.EndTime > 0 && at > in.EndTime || !matches(l.Text) {
			continue
		}
		if len(found) == linesPage || in.Limit > 0 && len(found) == in.Limit {
			answer["nextToken"] = strconv.Itoa(l.Number)
			break
		}
		found = append(found, logEvent(l))
	}
	answer["events"] = found
	return answer, nil
}

func (s *Server) lines() []loglines.Line {
	if s.Lines == nil {
		return nil
	}
	return s.Lines.All()
}

func logEvent(l loglines.Line) map[string]any {
	return map[string]any{
		"eventId": strconv.Itoa(l.Number), "logStreamName": "local", "message": l.Text,
		"timestamp": l.At.UnixMilli(), "ingestionTime": l.At.UnixMilli(),
	}
}

// linePattern reads a filter pattern: none, a quoted string that the line has
// in it, or a pattern for lines of JSON.
func linePattern(pattern string) (func(line string) bool, error) {
	if pattern == "" {
		return func(string) bool { return true }, nil
	}
	if text, err := strconv.Unquote(pattern); err == nil {
		return func(line string) bool { return strings.Contains(line, text) }, nil
	}
	p, err := logfilter.Parse(pattern)
	return p.Matches, err
}
