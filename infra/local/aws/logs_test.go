package aws_test

import (
	"fmt"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/local/template"
)

func TestLinesOfAGroupAreReadInPages(t *testing.T) {
	lines := &loglines.Lines{}
	r := start(t, func(s *aws.Server) {
		s.Lines = lines
		s.Stack.Functions = []template.Function{{Logging: template.Logging{Group: "/local/ingest"}}, {Logging: template.Logging{Group: "/local/dispatch"}}}
		s.Stack.APIs = []template.API{{AccessLog: template.AccessLog{Group: "/aws/vendedlogs/local/api"}}}
	})
	c := cloudwatchlogs.NewFromConfig(r.config(t, operator))
	groups := must(c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: awssdk.String("/local/")}))(t)
	if len(groups.LogGroups) != 2 || *groups.LogGroups[0].LogGroupName != "/local/dispatch" {
		t.Errorf("groups %+v", groups.LogGroups)
	}
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for i := range 3000 {
		lines.Add(at.Add(time.Duration(i)*time.Millisecond), "/local/ingest", fmt.Sprintf(`{"message":"request","n":%d}`, i))
		lines.Add(at, "/local/dispatch", `{"message":"fanout"}`)
	}
	read := func(in cloudwatchlogs.FilterLogEventsInput) (all []string) {
		in.LogGroupName = awssdk.String("/local/ingest")
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(c, &in)
		for pages.HasMorePages() {
			for _, e := range must(pages.NextPage(t.Context()))(t).Events {
				all = append(all, *e.Message)
			}
		}
		return all
	}
	all := read(cloudwatchlogs.FilterLogEventsInput{})
	if len(all) < 2250 || len(all) > 2500 || all[len(all)-1] != `{"message":"request","n":2999}` {
		t.Errorf("%d of 3000 lines, the last %s", len(all), all[len(all)-1])
	}
	window := cloudwatchlogs.FilterLogEventsInput{StartTime: awssdk.Int64(at.UnixMilli() + 2800), EndTime: awssdk.Int64(at.UnixMilli() + 2801)}
	if all := read(window); len(all) != 2 {
		t.Errorf("of two milliseconds: %q", all)
	}
	for pattern, n := range map[string]int{`{ $.n = 2900 }`: 1, `"request"`: len(all), `"fanout"`: 0, `{ $.message = "request" && $.n >= 2990 }`: 10} {
		if all := read(cloudwatchlogs.FilterLogEventsInput{FilterPattern: &pattern}); len(all) != n {
			t.Errorf("%s: %d lines, want %d", pattern, len(all), n)
		}
	}
	_, err := c.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: awssdk.String("/local/none")})
	wantCode(t, err, "ResourceNotFoundException", "/local/none")
	_, err = c.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: awssdk.String("/local/ingest"), FilterPattern: awssdk.String("words")})
	wantCode(t, err, "InvalidParameterException", "words")
	_, err = cloudwatchlogs.NewFromConfig(r.config(t, worker)).FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: awssdk.String("/local/ingest")})
	wantCode(t, err, "AccessDeniedException", "worker is not allowed")
}
