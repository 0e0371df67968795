package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/payhooks/payhooks/infra/bench/function"
	"github.com/payhooks/payhooks/infra/bench/parse"
)

// rows of the table of calls, in its order.
var rows = []string{upToTheBus, withDictionary, thinNamed, thinUnnamed, stateAction, effectAction, skippedAction, emulation}

func (r result) print(out io.Writer, o options) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(w, "Measured on %s\n\n", r.Machine)
	if r.Calls != nil {
		r.printCalls(w, o.events)
	}
	if r.Parse != nil {
		printParse(w, r.Parse)
	}
	if r.Function != nil {
		printFunction(w, r.Function)
	}
	if r.Idle != nil {
		printIdle(w, r.Idle)
	}
	if r.Pipeline != nil {
		r.Pipeline.print(w)
	}
	if r.CPU != nil {
		r.CPU.print(w, o)
	}
	if r.Demo != nil {
		_, _ = fmt.Fprintln(w, "Demo, CPU time with the start and the audit")
		r.Demo.print(w, "this checkout")
		r.DemoThen.print(w, o.base)
		_, _ = fmt.Fprintln(w)
	}
	printStarts(w, r.Start)
	if err := w.Flush(); err != nil || o.only != "" {
		return err
	}
	return r.table(out)
}

func (r result) printCalls(w io.Writer, n int) {
	_, _ = fmt.Fprintf(w, "DynamoDB, %d events of each kind, counted at the local endpoint (baseline: %s)\n", n, r.Baseline)
	_, _ = fmt.Fprintln(w, "calls\tbaseline\tgoal\twrite units\tbaseline\tgoal\tread units\tbaseline\t")
	for _, row := range rows {
		c := r.Calls[row]
		printCost(w, row, c["now"], c["baseline"], c["goal"])
	}
	sum := func(of string) cost {
		a, b := r.Calls[upToTheBus][of], r.Calls[stateAction][of]
		return cost{Calls: a.Calls + b.Calls, Write: a.Write + b.Write, Read: a.Read + b.Read}
	}
	printCost(w, "an event with one such state action", sum("now"), sum("baseline"), sum("goal"))
	_, _ = fmt.Fprintln(w)
	for _, row := range rows {
		_, _ = fmt.Fprintf(w, "%s: %s\n", row, r.Calls[row]["now"].By)
	}
	_, _ = fmt.Fprintln(w)
}

func printCost(w io.Writer, row string, now, then, most cost) {
	_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t  %s\n",
		figure(now.Calls), figure(then.Calls), figure(most.Calls),
		figure(now.Write), figure(then.Write), figure(most.Write),
		figure(now.Read), figure(then.Read), row)
}

func printParse(w io.Writer, f *parse.Figures) {
	_, _ = fmt.Fprintf(w, "Verify and read what the event is, %d samples of %d bytes together and %d thin ones, CPU, medians of %d rounds in turns\n", f.Events, f.Bytes, f.Thin, parseRounds)
	_, _ = fmt.Fprintln(w, "all ms\tµs an event\tallocations an event\ttimes payhooks\t")
	for _, r := range f.Rows {
		_, _ = fmt.Fprintf(w, "%.2f\t%.2f\t%.1f\t%s\t  %s\n", r.US/1000, r.EventUS, r.Allocations, figure(r.Times), r.Name)
	}
	_, _ = fmt.Fprintln(w)
}

func printFunction(w io.Writer, rows []function.Row) {
	_, _ = fmt.Fprintf(w, "An event of 5.4 KB on its way, the real binaries under a Runtime API, AWS over TLS, medians of %d starts and %d warm events\n", coldRuns, warmWebhooks)
	_, _ = fmt.Fprintln(w, "cold CPU ms\tfirst answer ms\tat 256 MB ms\twarm CPU µs\tmemory MB\tbinary MB\t")
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%.1f\t%.1f\t%.1f\t%.0f\t%.1f\t%.1f\t  %s\n", r.ColdMS, r.FirstMS, r.ShareMS, r.WarmUS, r.MemoryMB, r.BinaryMB, r.Name)
	}
	_, _ = fmt.Fprintln(w)
}

func printIdle(w io.Writer, rows []function.Idle) {
	_, _ = fmt.Fprintf(w, "The first webhook after a pause in which the function is frozen and the services end its connections, of %d; none failed\n", idleRuns)
	_, _ = fmt.Fprintln(w, "pause s\tconnections\tanswer ms\tworst ms\t")
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%.0f\t%s\t%.1f\t%.1f\t  %s\n", r.Seconds, r.Ends, r.FirstMS, r.WorstMS, r.Name)
	}
	_, _ = fmt.Fprintln(w)
}

func (p *throughput) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "Local stack, one action that posts to a sink, events of %d bytes\n", eventSize)
	_, _ = fmt.Fprintln(w, "events per second\tp50 ms\tp99 ms\tevents per CPU second\tpayhooks ms\tengine ms\tfunctions ms\tmemory MB\t")
	for _, l := range p.Curve {
		_, _ = fmt.Fprintf(w, "%d\t%.1f\t%.1f\t%.0f\t\t\t\t\t\n", l.Rate, l.P50, l.P99, l.PerCPU)
	}
	c := p.Full.CPU
	ms := func(seconds float64) float64 { return 1000 * seconds / float64(c.Events) }
	_, _ = fmt.Fprintf(w, "%.0f\t\t\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t  as fast as they are answered\n\n",
		p.Full.PerSecond, c.Rate(), ms(c.Payhooks), ms(c.Engine), ms(c.Functions), p.Full.MemoryMB)
}

// figure is a number, or a dash for one that there is none of.
func figure(v float64) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", v)
}

func (c *comparison) print(w io.Writer, o options) {
	_, _ = fmt.Fprintf(w, "Local stack, %d events %s, each for three actions (%s), %d rounds\n",
		o.load, threeActions.Type, strings.Join(threeSubscribers, ", "), o.rounds)
	_, _ = fmt.Fprintln(w, "events per CPU second\tCPU ms an event\tpayhooks\tengine\tfunctions\t")
	for _, side := range []struct {
		name  string
		spent []spent
	}{{"this checkout", c.Now}, {c.Base, c.Then}} {
		for i, s := range append(side.spent, total(side.spent)) {
			name := fmt.Sprintf("%s, round %d", side.name, i+1)
			if i == len(side.spent) {
				name = side.name + ", all"
			}
			ms := func(seconds float64) string { return fmt.Sprintf("%.2f", 1000*seconds/float64(s.Events)) }
			_, _ = fmt.Fprintf(w, "%.1f\t%s\t%s\t%s\t%s\t  %s\n", s.Rate(), ms(s.Sum()), ms(s.Payhooks), ms(s.Engine), ms(s.Functions), name)
		}
	}
	_, _ = fmt.Fprintf(w, "%.2f times the events per CPU second of %s\n", c.Ratio, c.Base)
}
