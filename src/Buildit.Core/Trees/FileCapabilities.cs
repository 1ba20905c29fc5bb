using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Buildit.Core.Trees;

/// <summary>
/// What a program may do besides what its user may (capabilities(7)), as setcap(8) writes it: <c>cap_net_bind_service=ep</c>, several names with commas between them.
/// </summary>
/// <param name="Permitted">Bits of the capabilities that the program gets.</param>
/// <param name="Inheritable">Bits of those that it keeps from who starts it.</param>
/// <param name="IsEffective">Whether it has them from its beginning, without asking.</param>
public readonly record struct FileCapabilities(ulong Permitted, ulong Inheritable, bool IsEffective)
{
    /// <summary>The extended attribute that holds them.</summary>
    public const string Attribute = "security.capability";

    // linux/capability.h: struct vfs_cap_data of revision 2, and that of revision 3, which has the user namespace's root behind it.
    private const uint Revision2 = 0x02000000;
    private const uint Revision3 = 0x03000000;
    private const uint EffectiveFlag = 1;
    private const int Length2 = 20;
    private const int Length3 = 24;

    // In the kernel's order.
    private static readonly ImmutableArray<string> Known =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin",
        "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time",
        "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon",
        "bpf", "checkpoint_restore",
    ];

    /// <summary>All names, in the kernel's order.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Known.Select(k => "cap_" + k)];

    /// <summary>Reads what <see cref="ToString"/> writes, in any order; null if it is something else.</summary>
    public static FileCapabilities? TryParse(string text)
    {
        var (permitted, inheritable, effective) = (0UL, 0UL, false);
        foreach (var clause in text.Split(' '))
        {
            if (clause.Split('=') is not [var names, { Length: > 0 } flags] || !flags.All(f => f is 'e' or 'i' or 'p'))
            {
                return null;
            }

            foreach (var name in names.Split(','))
            {
                var bit = Names.IndexOf(name);
                if (bit < 0)
                {
                    return null;
                }

                permitted |= flags.Contains('p', StringComparison.Ordinal) ? 1UL << bit : 0;
                inheritable |= flags.Contains('i', StringComparison.Ordinal) ? 1UL << bit : 0;
            }

            effective |= flags.Contains('e', StringComparison.Ordinal);
        }

        return permitted == 0 && inheritable == 0 ? null : new(permitted, inheritable, effective);
    }

    /// <summary>Reads the extended attribute; null if it is none that Linux would take.</summary>
    public static FileCapabilities? OfAttribute(ReadOnlySpan<byte> value)
    {
        var magic = value.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(value) : 0;
        return (magic & ~EffectiveFlag, value.Length) is (Revision2, Length2) or (Revision3, Length3)
            ? new(Both(value[4..], value[12..]), Both(value[8..], value[16..]), (magic & EffectiveFlag) != 0)
            : null;
    }

    /// <summary>The extended attribute's value.</summary>
    public byte[] ToAttribute()
    {
        var value = new byte[Length2];
        uint[] words = [Revision2 | (IsEffective ? EffectiveFlag : 0), (uint)Permitted, (uint)Inheritable, (uint)(Permitted >> 32), (uint)(Inheritable >> 32)];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(i * sizeof(uint)), words[i]);
        }

        return value;
    }

    /// <summary>In one form: a clause for each set of flags, names in the kernel's order.</summary>
    public override string ToString()
    {
        var (permitted, inheritable, effective) = (Permitted, Inheritable, IsEffective ? "e" : "");
        (string Flags, ulong Bits)[] clauses = [("ip", permitted & inheritable), ("i", inheritable & ~permitted), ("p", permitted & ~inheritable)];
        return string.Join(' ', clauses.Where(c => c.Bits != 0).Select(c => $"{string.Join(',', Names.Where((_, bit) => (c.Bits >> bit & 1) != 0))}={effective}{c.Flags}"));
    }

    private static ulong Both(ReadOnlySpan<byte> low, ReadOnlySpan<byte> high) => BinaryPrimitives.ReadUInt32LittleEndian(low) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(high) << 32);
}
