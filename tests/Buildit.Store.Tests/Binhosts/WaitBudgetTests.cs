using Buildit.Store.Binhosts;

namespace Buildit.Store.Tests.Binhosts;

public class WaitBudgetTests
{
    private readonly SetClock _clock = new();
    private readonly WaitBudget _budget;

    public WaitBudgetTests() => _budget = new(TimeSpan.FromSeconds(20), _clock);

    [Fact]
    public void Waits_one_after_the_other_add_up()
    {
        Wait(0, 8);
        Wait(10, 18);
        Assert.Equal(4, _budget.Left.TotalSeconds);
    }

    [Fact]
    public void Waits_at_the_same_time_count_once()
    {
        Wait(0, 8);
        Wait(1, 9);
        Wait(2, 9);
        Assert.Equal(11, _budget.Left.TotalSeconds);
    }

    [Fact]
    public void It_never_says_that_there_is_no_limit()
    {
        Wait(0, 300);
        Assert.InRange(_budget.Left, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void It_starts_anew_when_something_of_use_came_also_for_who_waits_just_then()
    {
        Wait(0, 15);
        _budget.Renew();
        Assert.Equal(20, _budget.Left.TotalSeconds);
        Wait(3, 18);
        Assert.Equal(17, _budget.Left.TotalSeconds);
    }

    private void Wait(long from, long until)
    {
        _clock.Now = until;
        _budget.Spend(from);
    }

    private sealed class SetClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Now;
    }
}
