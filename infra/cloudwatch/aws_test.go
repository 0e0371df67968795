package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/infra/cloudwatch/insights"
	"github.com/payhooks/payhooks/internal/metric"
)

// log is a function's, as Lambda writes it into the log group.
func (s *stand) log(name string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(lines{s, "/" + stack + "/" + name}, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.MessageKey {
			a.Key = "message"
		}
		return a
	}}))
}

type lines struct {
	*stand
	group string
}

func (l lines) Write(line []byte) (int, error) {
	l.watch.Log(l.group, string(line), l.now, l.times)
	l.written = append(l.written, insights.Line{At: l.now, Group: l.group, Text: string(line)})
	return len(line), nil
}

// invoke runs a function as Lambda does: a crash is its error, and the platform reports.
func (s *stand) invoke(name string, run func(context.Context) error) error {
	err := errors.New("crashed")
	if !s.crash[name] {
		err = run(s.Context())
	}
	metric.Process.Write(s.Context(), s.log(name), stack, s.now)
	s.counts.Write(s.Context(), s.log(name), stack, s.now)
	result, failed := "success", 0.
	if err != nil {
		result, failed = "error", 1
	}
	_, _ = fmt.Fprintf(lines{s, "/" + stack + "/" + name}, `{"time":%q,"type":"platform.report","record":{"status":%q}}`, s.now.Format(time.RFC3339), result)
	id := strings.ToUpper(name[:1]) + name[1:]
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Lambda", "Errors", "FunctionName", id), s.now, failed, s.times)
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Lambda", "Throttles", "FunctionName", id), s.now, 0, s.times)
	return err
}

// limit is how many requests a second the API takes.
const limit = 500

// post sends requests at once and returns the answer of the first, 429 if the API takes no
// more in this second.
func (s *stand) post(body []byte, signature string, times int) int {
	if second := s.now.Truncate(time.Second); second != s.second {
		s.second, s.requests = second, 0
	}
	taken := min(times, max(0, limit-s.requests))
	s.requests += times
	s.meter("429", times-taken)
	if taken == 0 {
		return http.StatusTooManyRequests
	}
	s.times = taken
	defer func() { s.times = 1 }()
	code := http.StatusServiceUnavailable // of a function that crashed
	_ = s.invoke("ingest", func(ctx context.Context) error {
		req := events.APIGatewayV2HTTPRequest{Body: string(body), Headers: map[string]string{"stripe-signature": signature}, PathParameters: map[string]string{"endpoint": "default"}}
		req.RequestContext.HTTP.Method = http.MethodPost
		res, err := s.ingest.Handle(ctx, req)
		code = res.StatusCode
		return err
	})
	s.meter(strconv.Itoa(code), taken)
	return code
}

// meter counts answers of the API and writes its access log, in the form of the template.
func (s *stand) meter(code string, times int) {
	if times == 0 {
		return
	}
	s.watch.Log("/aws/vendedlogs/"+stack+"/api", fmt.Sprintf(`{"message":"access","id":"a","route":"ANY /webhooks/{endpoint}","status":%q,"ms":"1","error":"-"}`, code), s.now, times)
	for name, value := range map[string]float64{"Count": 1, "Latency": 4, "4xx": b(code[0] == '4'), "5xx": b(code[0] == '5')} {
		s.watch.Metrics.Add(cloudwatch.Named("AWS/ApiGateway", name, "ApiId", "Api"), s.now, value, times)
	}
}

func b(v bool) float64 {
	if v {
		return 1
	}
	return 0
}
