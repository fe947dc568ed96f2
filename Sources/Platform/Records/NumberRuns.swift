// Which numbers of a stream are there. They come nearly in order, so runs of consecutive ones are
// few, whatever their number.

/// A set of numbers as ascending runs that do not touch.
public struct NumberRuns: Sendable, Equatable {
    /// The runs, in ascending order.
    public private(set) var runs: [ClosedRange<UInt64>] = []
    /// How many numbers there are.
    public private(set) var count: UInt64 = 0

    /// The empty set.
    public init() {}

    /// Takes runs that somebody kept; nil if they are not ascending, or touch.
    public init?(_ runs: [ClosedRange<UInt64>]) {
        for (left, right) in zip(runs, runs.dropFirst()) {
            guard left.upperBound < .max, left.upperBound + 1 < right.lowerBound else {
                return nil
            }
        }
        self.runs = runs
        count = runs.reduce(0) { $0 &+ ($1.upperBound - $1.lowerBound) &+ 1 }
    }

    /// The place of the first run that ends at or behind `number`.
    private func place(of number: UInt64) -> Int {
        // Nearly always the number that follows all others.
        if let last = runs.last, last.upperBound < number { return runs.count }
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether a number is there.
    public func contains(_ number: UInt64) -> Bool {
        let place = place(of: number)
        return place < runs.count && runs[place].contains(number)
    }

    /// Adds a number; false if it was there.
    public mutating func insert(_ number: UInt64) -> Bool {
        let place = place(of: number)
        if place < runs.count, runs[place].contains(number) { return false }
        let followsLeft = place > 0 && runs[place - 1].upperBound + 1 == number
        let precedesRight = place < runs.count && number &+ 1 == runs[place].lowerBound
        switch (followsLeft, precedesRight) {
        case (true, true):
            runs[place - 1] = runs[place - 1].lowerBound...runs[place].upperBound
            runs.remove(at: place)
        case (true, false): runs[place - 1] = runs[place - 1].lowerBound...number
        case (false, true): runs[place] = number...runs[place].upperBound
        case (false, false): runs.insert(number...number, at: place)
        }
        count += 1
        return true
    }

    /// Takes a number out again; false if it was not there.
    public mutating func remove(_ number: UInt64) -> Bool {
        let place = place(of: number)
        guard place < runs.count, runs[place].contains(number) else { return false }
        let run = runs[place]
        var rest: [ClosedRange<UInt64>] = []
        if run.lowerBound < number { rest.append(run.lowerBound...number - 1) }
        if number < run.upperBound { rest.append(number + 1...run.upperBound) }
        runs.replaceSubrange(place...place, with: rest)
        count -= 1
        return true
    }

    /// How many numbers from 1 to the highest are not there.
    public var missing: UInt64 {
        guard let first = runs.first, let last = runs.last else { return 0 }
        return last.upperBound - (first.lowerBound == 0 ? count - 1 : count)
    }

    /// The numbers from 1 to the highest that are not there, in ascending order.
    public var holes: [ClosedRange<UInt64>] {
        var next: UInt64 = 1
        var holes: [ClosedRange<UInt64>] = []
        for run in runs {
            if next < run.lowerBound { holes.append(next...run.lowerBound - 1) }
            next = run.upperBound &+ 1
        }
        return holes
    }
}
