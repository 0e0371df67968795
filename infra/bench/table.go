package main

import (
	"fmt"
	"io"

	"github.com/payhooks/payhooks/infra/bench/function"
	"github.com/payhooks/payhooks/infra/bench/parse"
)

// peers are what a team would run instead of the local stack, on the same kind of machine,
// with the same event and one action that posts to a sink. They were measured once.
var peers = []struct {
	name                      string
	perSecond, p10, p100      float64
	perCPU, perCPU100, memory float64
}{
	{name: "Convoy", perSecond: 70, p10: 1278, perCPU: 44, memory: 593},
	{name: "Outpost", perSecond: 340, p10: 7.6, p100: 38, perCPU: 198, perCPU100: 118, memory: 662},
}

// table writes the README's table.
func (r result) table(out io.Writer) error {
	fmt.Fprintf(out, "| on %s | payhooks | instead |\n|---|---|---|\n", r.Machine)
	for _, row := range [][3]string{
		r.parseRow(),
		r.functionRow("a webhook's function: cold, CPU from exec to the first answer", "%.1f ms", func(f function.Row) float64 { return f.ColdMS }),
		r.functionRow("first answer after init; with the CPU of 256 MB", "%.1f ms", func(f function.Row) float64 { return f.FirstMS }, func(f function.Row) float64 { return f.ShareMS }),
		r.functionRow("CPU of a warm webhook", "%.0f µs", func(f function.Row) float64 { return f.WarmUS }),
		r.functionRow("memory, warm; binary", "%.1f MB", func(f function.Row) float64 { return f.MemoryMB }, func(f function.Row) float64 { return f.BinaryMB }),
		{"write units of an event of 2 KB up to the bus; with `Dictionary=on`", figure(r.Calls[upToTheBus]["now"].Write) + "; " + figure(r.Calls[withDictionary]["now"].Write), "-"},
		{
			"local stack, one action that posts: events a second; p50 at 10, 100, 300 a second",
			fmt.Sprintf("%.0f; %s ms", r.Pipeline.Full.PerSecond, r.Pipeline.curve()),
			fmt.Sprintf("%s %.0f; %.0f ms. %s %.0f; %.1f, %.0f ms", peers[0].name, peers[0].perSecond, peers[0].p10, peers[1].name, peers[1].perSecond, peers[1].p10, peers[1].p100),
		},
		{
			"events per CPU second when full; memory of all processes",
			fmt.Sprintf("%.0f; %.0f MB", r.Pipeline.Full.CPU.Rate(), r.Pipeline.Full.MemoryMB),
			fmt.Sprintf("%s %.0f; %.0f MB. %s %.0f; %.0f MB", peers[0].name, peers[0].perCPU, peers[0].memory, peers[1].name, peers[1].perCPU, peers[1].memory),
		},
		{"demo, seven actions", fmt.Sprintf("%.0f events a second", r.Demo.Rate), fmt.Sprintf("before, %s: %.0f", r.CPU.Base, r.DemoThen.Rate)},
		{"events per CPU second, three actions", fmt.Sprintf("%.0f", total(r.CPU.Now).Rate()), fmt.Sprintf("before: %.0f", total(r.CPU.Then).Rate())},
		{"fresh clone until ready; second start", fmt.Sprintf("%.0f s; %.1f s", r.Start[0].Seconds, r.Start[1].Seconds), fmt.Sprintf("before: %.0f s", r.Start[3].Seconds)},
	} {
		if _, err := fmt.Fprintf(out, "| %s | %s | %s |\n", row[0], row[1], row[2]); err != nil {
			return err
		}
	}
	return nil
}

// parseRow compares with stripe-go.
func (r result) parseRow() [3]string {
	by := map[string]parse.Row{}
	for _, row := range r.Parse.Rows {
		by[row.Name] = row
	}
	us, them := by[parse.Ours], by[parse.StripeGo]
	return [3]string{
		"verify and read an event: CPU, allocations", fmt.Sprintf("%.1f µs, %.0f", us.EventUS, us.Allocations),
		fmt.Sprintf("stripe-go %.0f µs, %.0f (1/%.1f)", them.EventUS, them.Allocations, them.EventUS/us.EventUS),
	}
}

// functionRow compares figures with the function that has its secret from where ours has it.
func (r result) functionRow(name, format string, of ...func(function.Row) float64) [3]string {
	cells := [3]string{name}
	for i, subject := range []string{function.Ours, function.Idiomatic} {
		for n, f := range of {
			if n > 0 {
				cells[i+1] += "; "
			}
			for _, row := range r.Function {
				if row.Name == subject {
					cells[i+1] += fmt.Sprintf(format, f(row))
				}
			}
		}
	}
	cells[2] = "idiomatic Go " + cells[2]
	return cells
}

// curve is the median latency at each rate.
func (t *throughput) curve() (text string) {
	for i, at := range t.Curve {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%.1f", at.P50)
	}
	return text
}
