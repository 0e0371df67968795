package logs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/infra/local/logfilter"
	"github.com/payhooks/payhooks/infra/logs"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// cloud has lines by log group, in pages of two, each after an empty page.
type cloud struct {
	groups map[string][]string
	broken string // group that cannot be read
	asked  []string
}

func (c *cloud) Groups(_ context.Context, in logs.GroupsInput) (out logs.GroupsPage, err error) {
	for name := range c.groups {
		if strings.HasPrefix(name, in.LogGroupNamePrefix) {
			out.LogGroups = append(out.LogGroups, logs.LogGroup{LogGroupName: name})
		}
	}
	return out, nil
}

func (c *cloud) Events(_ context.Context, in logs.EventsInput) (out logs.EventsPage, err error) {
	group := in.LogGroupName
	all, is := c.groups[group]
	switch {
	case group == c.broken:
		return out, errors.New("throttled")
	case !is:
		return out, &smithy.GenericAPIError{Code: "ResourceNotFoundException"}
	}
	pattern := in.FilterPattern
	c.asked = append(c.asked, group+" "+pattern)
	page, empty := 0, in.NextToken == ""
	if !empty {
		if n, _ := fmt.Sscanf(in.NextToken, "page %d", &page); n != 1 {
			return out, errors.New("no token of ours")
		}
	}
	out.NextToken = fmt.Sprintf("page %d", page)
	if empty {
		return out, nil
	}
	for i := page * 2; i < min(len(all), page*2+2); i++ {
		if at := noon.Add(time.Duration(i) * time.Minute).UnixMilli(); at >= in.StartTime && (in.EndTime == 0 || at <= in.EndTime) && matches(pattern, all[i]) {
			out.Events = append(out.Events, logs.LogEvent{EventID: fmt.Sprint(i), Timestamp: at, Message: all[i] + "\n"})
		}
	}
	if out.NextToken = ""; page*2+2 < len(all) {
		out.NextToken = fmt.Sprintf("page %d", page+1)
	}
	return out, nil
}

func matches(pattern, line string) bool {
	if p, err := logfilter.Parse(pattern); err == nil {
		return p.Matches(line)
	}
	return strings.Contains(line, strings.Trim(pattern, `"`))
}

func stack() *cloud {
	return &cloud{groups: map[string][]string{
		"/shop/ingest": {
			`{"message":"request","event":"evt_1","request":"a=","timestamp":"2026-11-30T12:00:01Z"}`,
			`{"message":"request","event":"evt_12","request":"b="}`,
			`{"message":"request","event":"evt_1","request":"c="}`,
		},
		"/shop/send-receipt":         {`plain words about evt_1`, `{"_aws":{}}`, `{"event":"evt_2","outcome":"left to evt_1."}`},
		"/shop/gone":                 {},
		"/shop/send/receipt":         {"no function's"},
		"/shopping/ingest":           {"of another stack"},
		"/aws/vendedlogs/shop/api":   {`{"message":"access","id":"a="}`, `{"message":"access","id":"b="}`, `{"message":"access","id":"c="}`},
		"/aws/vendedlogs/shop/api-2": {"no function's"},
	}}
}

func texts(lines []logs.Line) (all []string) {
	for _, l := range lines {
		all = append(all, l.At.Format("04:05 ")+l.Function+" "+l.Text)
	}
	return all
}

func TestFunctionsAreThoseWithALogGroupOfTheStack(t *testing.T) {
	r := &logs.Reader{Client: stack(), Stack: "shop"}
	names, err := r.Functions(t.Context())
	if want := []string{"api", "gone", "ingest", "send-receipt"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v %v", names, err)
	}
}

func TestLinesOfAnEventAreThoseThatNameItAndItsRequests(t *testing.T) {
	c := stack()
	r := &logs.Reader{Client: c, Stack: "shop"}
	lines, left, err := r.Read(t.Context(), logs.Query{Functions: []string{"api", "deleted", "ingest", "send-receipt"}, Event: "evt_1", Since: noon})
	want := []string{
		`00:00 send-receipt plain words about evt_1`,
		`00:00 api {"message":"access","id":"a="}`,
		`00:01 ingest {"message":"request","event":"evt_1","request":"a=","timestamp":"2026-11-30T12:00:01Z"}`,
		`02:00 ingest {"message":"request","event":"evt_1","request":"c="}`,
		`02:00 send-receipt {"event":"evt_2","outcome":"left to evt_1."}`,
		`02:00 api {"message":"access","id":"c="}`,
	}
	if err != nil || left != 0 || !slices.Equal(texts(lines), want) {
		t.Errorf("%v, %d left\n%s", err, left, strings.Join(texts(lines), "\n"))
	}
	if !slices.Contains(c.asked, `/aws/vendedlogs/shop/api { $.id = "a=" || $.id = "c=" }`) {
		t.Errorf("asked %q", c.asked)
	}
}

func TestLimitKeepsTheNewestAndSaysWhatItLeft(t *testing.T) {
	r := &logs.Reader{Client: stack(), Stack: "shop"}
	looked := 0
	r.Looked = func(n int) { looked += n }
	lines, left, err := r.Read(t.Context(), logs.Query{Functions: []string{"api", "ingest"}, Since: noon, Limit: 2})
	if err != nil || left != 4 || len(lines) != 2 || lines[0].At.Minute() != 2 || looked != 6 {
		t.Errorf("%v, %d left, %d looked at: %q", err, left, looked, texts(lines))
	}
	lines, left, err = r.Read(t.Context(), logs.Query{Functions: []string{"ingest"}, Since: noon.Add(time.Minute), Until: noon.Add(2 * time.Minute)})
	if err != nil || left != 0 || len(lines) != 1 || !strings.Contains(lines[0].Text, "evt_12") {
		t.Errorf("%v, %d left: %q", err, left, texts(lines))
	}
}

func TestWhatWasReadBeforeAnErrorIsKept(t *testing.T) {
	c := stack()
	c.broken = "/shop/send-receipt"
	lines, _, err := (&logs.Reader{Client: c, Stack: "shop"}).Read(t.Context(), logs.Query{Functions: []string{"ingest", "send-receipt"}, Since: noon})
	if err == nil || !strings.Contains(err.Error(), "/shop/send-receipt") || len(lines) != 3 {
		t.Errorf("%v: %q", err, texts(lines))
	}
}

func TestLinesThatAreNotShownDoNotCount(t *testing.T) {
	shown := func(text string) bool { return !strings.Contains(text, "_aws") }
	lines, left, err := (&logs.Reader{Client: stack(), Stack: "shop"}).Read(t.Context(), logs.Query{Functions: []string{"send-receipt"}, Since: noon, Limit: 2, Shown: shown})
	if err != nil || left != 0 || len(lines) != 2 || !strings.Contains(lines[0].Text, "plain words") {
		t.Errorf("%v, %d left: %q", err, left, texts(lines))
	}
}

// A function may log the time of what it works on.
func TestTimeOfALineIsWhenItWasWritten(t *testing.T) {
	c := &cloud{groups: map[string][]string{"/shop/act": {`{"time":"2020-01-01T00:00:00Z"}`, `{"timestamp":"2026-11-30T12:01:00.5Z"}`}}}
	lines, _, err := (&logs.Reader{Client: c, Stack: "shop"}).Read(t.Context(), logs.Query{Functions: []string{"act"}, Since: noon})
	if err != nil || len(lines) != 2 || !lines[0].At.Equal(noon) || !lines[1].At.Equal(noon.Add(time.Minute+500*time.Millisecond)) {
		t.Errorf("%v: %q", err, texts(lines))
	}
}

// CloudWatch takes patterns of 1,024 characters.
func TestPatternOfManyRequestsIsShort(t *testing.T) {
	c := stack()
	for i := range 100 {
		c.groups["/shop/ingest"] = append(c.groups["/shop/ingest"], fmt.Sprintf(`{"message":"request","event":"evt_1","request":"JKJaXmPLvHcESH%02d"}`, i))
	}
	if _, _, err := (&logs.Reader{Client: c, Stack: "shop"}).Read(t.Context(), logs.Query{Functions: []string{"api", "ingest"}, Event: "evt_1", Since: noon}); err != nil {
		t.Fatal(err)
	}
	for _, asked := range c.asked {
		if _, pattern, _ := strings.Cut(asked, " "); len(pattern) > 1024 {
			t.Errorf("%d characters: %s", len(pattern), pattern)
		}
	}
}
