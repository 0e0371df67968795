package check

import (
	"regexp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/local/logfilter"
)

// checkPatterns: a metric filter counts what our own code says, and nothing that a text
// from elsewhere in the line could look like. Its pattern names the line by its message,
// or is on Lambda's report of an invocation, and compares only fields that have words of
// ours.
func checkPatterns(root *stack, report reporter) {
	for f := range root.each(filter) {
		p, err := logfilter.Parse(f.in.text(f.props()["FilterPattern"]))
		if err != nil {
			report("%s: %v", f, err)
			continue
		}
		for _, terms := range p {
			checkTerms(f, terms, report)
		}
	}
}

// What terms may compare: of a line of ours the words that we make, of Lambda's report
// its verdict. A line of ours can have the report's type, for that may be an event's, and
// never a record.
var (
	ourTerms    = []string{"$.message", "$.reason", "$.detail", "$.answer", "$.latency", "$.status"}
	reportTerms = []string{"$.type", "$.record.status"}
)

// checkTerms checks the terms that a line must match together.
func checkTerms(f place, terms []logfilter.Term, report reporter) {
	may, needed := ourTerms, []string{"$.message"}
	if slices.ContainsFunc(terms, func(t logfilter.Term) bool { return t.Field == "$.type" && t.Value == "platform.report" }) {
		may, needed = reportTerms, reportTerms
	}
	for _, t := range terms {
		if !slices.Contains(may, t.Field) {
			report("%s: FilterPattern compares %s, which can be text from elsewhere; it may compare %s", f, t.Field, strings.Join(may, ", "))
		}
	}
	for _, field := range needed {
		if !slices.ContainsFunc(terms, func(t logfilter.Term) bool { return t.Field == field && t.Op == "=" }) {
			report("%s: FilterPattern must say which line it counts: add %s = \"word\"", f, field)
		}
	}
}

// levels are those of lines that a function's log group gets, and that metrics need:
// Lambda's report of an invocation is of level INFO, and so are the lines with our gauges
// and counts.
var levels = []string{"", "TRACE", "DEBUG", "INFO"}

// checkLogLevels: no function leaves out lines that metrics are made of.
func checkLogLevels(root *stack, report reporter) {
	for f := range root.each(function) {
		for _, logging := range []any{f.props()["LoggingConfig"], at(f.in.globals, "Function", "LoggingConfig")} {
			for _, name := range []string{"ApplicationLogLevel", "SystemLogLevel"} {
				if level := f.in.text(at(logging, name)); !slices.Contains(levels, level) {
					report("%s: LoggingConfig.%s is %s: metrics and alarms are made of lines of level INFO; leave it out", f, name, level)
				}
			}
		}
	}
}

// inFormat is a variable in the format of an access log.
var inFormat = regexp.MustCompile(`\$(\w[\w.]*)`)

// fixed are the variables whose values API Gateway makes. It escapes none: a path or a
// header in the line could end it and begin another.
var fixed = []string{
	"requestId", "routeKey", "status", "responseLatency", "responseLength", "requestTimeEpoch",
	"integrationStatus", "integrationLatency", "integrationErrorMessage", "integration.status", "integration.latency", "integration.requestId",
}

// checkAccessLogs: nothing in a line of the API's log is the request's.
func checkAccessLogs(root *stack, report reporter) {
	for api := range root.each(httpAPI) {
		for _, m := range inFormat.FindAllStringSubmatch(api.in.text(at(api.props()["AccessLogSettings"], "Format")), -1) {
			if name, ok := strings.CutPrefix(m[1], "context."); !ok || !slices.Contains(fixed, name) {
				report("%s: AccessLogSettings.Format has %s, which may be text of the request; it may have $context. with %s", api, m[0], strings.Join(fixed, ", "))
			}
		}
	}
}
