// Package batch hands the messages of one invocation over one by one.
package batch

import (
	"sync"

	"github.com/aws/aws-lambda-go/events"
)

// Messages hands the index of each message to handle, all at once or in turn, and names those that the
// queue must keep.
func Messages(in events.SQSEvent, inTurn bool, handle func(i int) (keep bool)) events.SQSEventResponse {
	keep := make([]bool, len(in.Records))
	var wg sync.WaitGroup
	for i := range in.Records {
		if inTurn {
			keep[i] = handle(i)
			continue
		}
		wg.Go(func() { keep[i] = handle(i) })
	}
	wg.Wait()
	out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, k := range keep {
		if k {
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: in.Records[i].MessageId})
		}
	}
	return out
}
