package template

// metricFilter reads what a filter counts. The local stack has no metrics: who asks which
// alarms a line would raise evaluates it with infra/local/logfilter.
func (s *scope) metricFilter(r *resource) error {
	o := s.object(r)
	for _, t := range o.objects("MetricTransformations") {
		s.stack.Filters = append(s.stack.Filters, MetricFilter{
			LogGroup: o.text("LogGroupName"), Pattern: o.text("FilterPattern"),
			Namespace: t.text("MetricNamespace"), Metric: t.text("MetricName"),
		})
	}
	return *o.err
}

func (s *scope) alarm(r *resource) error {
	o := s.object(r)
	s.stack.Alarms = append(s.stack.Alarms, Alarm{LogicalID: r.id, Namespace: o.text("Namespace"), Metric: o.text("MetricName")})
	return *o.err
}
