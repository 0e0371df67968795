// Package logs reads what the functions of a stack wrote: of a deployed one in CloudWatch
// Logs, and of the local one, which serves the same calls.
package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go"
)

// Access is the name of the API's access log among the functions.
const Access = "api"

// Reader reads the log groups of one stack.
type Reader struct {
	Client Client
	Stack  string
	// Looked, if set, is called with how many lines a page had.
	Looked func(n int)
}

// Line is one line of a function.
type Line struct {
	At       time.Time
	Function string
	ID       string // within the function's group
	Text     string
}

// Query selects lines.
type Query struct {
	Functions []string  // the lines of these
	Event     string    // only those about this event, and the access log's about its requests; empty for all
	Since     time.Time // from then on
	Until     time.Time // before then; zero for no end
	Limit     int       // the newest so many
	// Shown, if set, reports whether a line counts.
	Shown func(text string) bool
}

// Functions are the names of those that have a log group, and Access, in order.
func (r *Reader) Functions(ctx context.Context) (names []string, err error) {
	for _, prefix := range []string{r.group(""), r.group(Access)} {
		for in := (GroupsInput{LogGroupNamePrefix: prefix}); ; {
			page, err := r.Client.Groups(ctx, in)
			if err != nil {
				return nil, fmt.Errorf("list log groups: %w", err)
			}
			for _, g := range page.LogGroups {
				if name := g.LogGroupName[strings.LastIndexByte(g.LogGroupName, '/')+1:]; r.group(name) == g.LogGroupName {
					names = append(names, name)
				}
			}
			if in.NextToken = page.NextToken; in.NextToken == "" {
				break
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

// group is the name of a function's log group, as the templates have it.
func (r *Reader) group(function string) string {
	if function == Access {
		return "/aws/vendedlogs/" + r.Stack + "/" + Access
	}
	return "/" + r.Stack + "/" + function
}

// Read returns the lines in the order of time, and how many older ones the limit left out.
// With an error it returns what was read before.
func (r *Reader) Read(ctx context.Context, q Query) (lines []Line, left int, err error) {
	pattern := ""
	if q.Event != "" {
		pattern = strconv.Quote(q.Event)
	}
	var requests []string
	for _, name := range q.Functions {
		if q.Event != "" && name == Access {
			continue
		}
		found, over, readErr := r.read(ctx, name, pattern, q)
		lines, left = append(lines, found...), left+over
		if err = readErr; err != nil {
			break
		}
	}
	if requests = requestsOf(lines); err == nil && q.Event != "" && len(requests) > 0 && slices.Contains(q.Functions, Access) {
		found, over, readErr := r.read(ctx, Access, accessPattern(requests), q)
		lines, left, err = append(lines, found...), left+over, readErr
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) })
	newest := newest(lines, q.Limit)
	return newest, left + len(lines) - len(newest), err
}

// read returns the newest lines of one function, the oldest first.
func (r *Reader) read(ctx context.Context, function, pattern string, q Query) (lines []Line, left int, err error) {
	in := EventsInput{LogGroupName: r.group(function), FilterPattern: pattern, StartTime: q.Since.UnixMilli()}
	if !q.Until.IsZero() {
		in.EndTime = q.Until.UnixMilli() - 1
	}
	for {
		page, err := r.Client.Events(ctx, in)
		var failed smithy.APIError
		switch {
		case errors.As(err, &failed) && failed.ErrorCode() == "ResourceNotFoundException": // deleted meanwhile
			return lines, left, nil
		case err != nil:
			return lines, left, fmt.Errorf("read %s: %w", r.group(function), err)
		}
		if r.Looked != nil {
			r.Looked(len(page.Events))
		}
		for _, e := range page.Events {
			if text := strings.TrimSpace(e.Message); q.selects(function, text) {
				lines = append(lines, Line{At: written(text, e.Timestamp), Function: function, ID: e.EventID, Text: text})
			}
		}
		kept := newest(lines, q.Limit)
		lines, left = slices.Clip(kept), left+len(lines)-len(kept)
		if in.NextToken = page.NextToken; in.NextToken == "" {
			return lines, left, nil
		}
	}
}

func (q *Query) selects(function, text string) bool {
	return (q.Shown == nil || q.Shown(text)) && (q.Event == "" || function == Access || mentions(text, q.Event))
}

// newest are the last n lines; 0 is all.
func newest(lines []Line, n int) []Line {
	if n > 0 && len(lines) > n {
		return lines[len(lines)-n:]
	}
	return lines
}
